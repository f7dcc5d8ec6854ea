"""What CI is told of a value that is not as expected, and which calls are one."""

from __future__ import annotations

import pytest

from diag.flow import env_at
from diag.show.env_expected import unexpected
from diag.show.env_groups import calls
from diag.show.redact import MASK, Redactor
from tests.env_shown import LOSS, OFF, env_of, table

# -- what CI is told -------------------------------------------------------------------------------


def test_the_message_names_platform_call_and_the_line_that_loses() -> None:
    """Two lines a call; platforms with one way together."""
    told = unexpected(env_of(LOSS, command="make all"), "FLAGS", "-a -b=generic -c=one", OFF)
    assert [text.count("\n") for text in told] == [1, 1]
    arm64, armv7 = told
    assert arm64.startswith("Dockerfile:9: `make all` on linux/arm64 receives no FLAGS (unset)")
    assert "\n  Dockerfile:6: lost here (subshell)" in arm64
    assert "linux/arm/v7" in armv7
    assert "Dockerfile:4: lost here (no-branch-matched)" in armv7


@pytest.mark.parametrize(
    ("line", "expected", "words"),
    [
        ("ENV F=", "", None),
        ("ENV F=1", "", "receives F = 1; expected it empty"),
        ("ENV G=1", "", "receives no F (unset); expected it empty"),
        ("ENV F=", "1", "receives F empty; expected 1"),
        ("ENV F=unset", "unset", None),
        ("ENV F=$HOME/x", "1", "unknown counts as a failure: depends on"),
    ],
)
def test_empty_unset_and_unknown_are_told_apart(
    line: str, expected: str, words: str | None
) -> None:
    """Empty is a value, unset is none, unknown is not as expected whatever is expected."""
    env = env_at(f"FROM a\n{line}\nRUN make\n".encode(), name="F", platforms="linux/amd64")
    told = unexpected(env, "F", expected, OFF)
    assert len(told) == (words is not None)
    assert words is None or words in told[0]


def test_a_secret_is_compared_and_not_told() -> None:
    """The right one passes, the wrong one fails, neither is shown."""
    env = env_of("FROM a\nENV NPM_TOKEN=hunter22x\nRUN make\n")
    assert unexpected(env, "NPM_TOKEN", "hunter22x", Redactor()) == []
    told = "".join(unexpected(env, "NPM_TOKEN", "hunter33x", Redactor()))
    assert "hunter" not in told
    assert "receives another NPM_TOKEN than is expected; both are masked" in told
    empty = "".join(unexpected(env, "NPM_TOKEN", "", Redactor()))
    assert f"receives NPM_TOKEN = {MASK}; expected it empty" in empty


def test_each_call_of_a_line_is_met_on_every_platform() -> None:
    """A loop calls one line several times; platforms meet call by call."""
    found = calls(env_of("FROM a\nRUN for i in 1 2 3; do F=$i make $i; done\n", name="F"))
    assert [call.texts for call in found] == [("make 1",), ("make 2",), ("make 3",)]
    assert all(len(call.places) == 3 for call in found)


def test_a_call_of_several_ways_is_one_though_they_called_more_before_it() -> None:
    """Ways that exclude each other; calls one after the other stay apart."""
    text = "FROM a\nRUN if a; then export F=1; elif b; then export F=2; fi; make; make\n"
    found = [call for call in calls(env_of(text, name="F")) if call.texts == ("make",)]
    assert [len(call.variables[0].entries) for call in found] == [3, 3]


# -- what new users found ---------------------------------------------------------------------------


def test_calls_of_one_number_on_two_ways_are_two_calls() -> None:
    """`cargo build` on one way and `cargo test` on the other: neither receives for the other."""
    text = "FROM a\nENV R=-Ca\nRUN if cargo fetch; then cargo build; else R=-Cb cargo test; fi\n"
    shown = table(env_of(text))
    build, test = shown.index("cargo build"), shown.index("cargo test")
    assert "-Cb" not in shown[build:test]
    assert "-Cb" in shown[test:]


def test_a_call_that_only_one_platform_makes_on_a_condition() -> None:
    """On arm64 the second call is made where the first fails; elsewhere it always is."""
    text = 'FROM a\nARG TARGETARCH\nRUN [ "$TARGETARCH" = arm64 ] && make c || make d\n'
    shown = table(env_of(text))
    assert "make c  only on linux/arm64" in shown
    assert "only if on linux/arm64 `make c` (line 3) fails" in shown


def test_the_builder_that_is_taken_for_granted_is_named() -> None:
    """Values of the builder's own platform are told to be of an assumed one."""
    text = "FROM a\nARG BUILDARCH\nRUN make\n"
    assert "the builder is taken to be linux/amd64" in table(env_of(text))
    other = env_of("FROM a\nARG BUILDPLATFORM\nRUN make\n", build_args={"BUILDPLATFORM": "x"})
    assert "the builder is taken" not in table(other)
