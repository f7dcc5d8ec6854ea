"""Build arguments that are lost, with the line and the reason, and those that are not."""

from __future__ import annotations

import pytest

from diag.flow.scopes import run_contexts
from diag.read.dockerfile import parse_dockerfile
from tests.scope_contexts import contexts

LOSSES = {
    "before FROM": ("ARG V=1\nFROM a\nRUN x\n", "V", "arg-before-from", "D:2", ("D:1",)),
    "before FROM by build argument": (
        "ARG B\nFROM a\nRUN x\n", "B", "arg-before-from", "D:2", ("D:1",),
    ),
    "platform argument before FROM": (
        "ARG TARGETARCH\nFROM a\nRUN x\n", "TARGETARCH", "arg-before-from", "D:2", ("D:1",),
    ),
    "used in FROM and missed in RUN": (
        "ARG V=1\nFROM a:$V\nRUN echo $V\n", "V", "arg-before-from", "D:2", ("D:1",),
    ),
    "late": ("FROM a\nRUN x\nARG V=1\n", "V", "arg-declared-late", "D:3", ("D:3",)),
    "late platform argument": (
        "FROM a\nRUN x\nARG TARGETARCH\n", "TARGETARCH", "arg-declared-late", "D:3", ("D:3",),
    ),
    "late and before FROM": (
        "ARG V=1\nFROM a\nRUN x\nARG V\n", "V", "arg-declared-late", "D:4", ("D:4",),
    ),
    "other stage": (
        "FROM a\nARG V=1\nFROM b\nRUN x\n", "V", "arg-of-other-stage", "D:3", ("D:2",),
    ),
    "later stage": (
        "FROM a\nRUN x\nFROM b\nARG V=1\n", "V", "arg-of-other-stage", "D:1", ("D:4",),
    ),
    "re-declared without its default": (
        "FROM a\nARG V=1\nFROM b\nARG V\nRUN x\n", "V", "arg-of-other-stage", "D:3", ("D:2",),
    ),
    "platform argument not declared": (
        "FROM a\nRUN echo ${TARGETARCH}\n", "TARGETARCH", "arg-not-declared", "D:1", (),
    ),
    "declared in another stage only": (
        "FROM a\nARG TARGETOS\nFROM b\nRUN echo $TARGETOS\n", "TARGETOS", "arg-not-declared", "D:3", (),
    ),
    "in a here-document": (
        "FROM a\nRUN <<E\necho $BUILDARCH\nE\n", "BUILDARCH", "arg-not-declared", "D:1", (),
    ),
    "build argument never declared": ("FROM a\nRUN x\n", "B", "arg-not-declared", "D:1", ()),
}  # fmt: skip


@pytest.mark.parametrize("case", LOSSES)
def test_a_lost_argument_says_where_and_why(case: str) -> None:
    """Each way to lose a build argument: lost_by, the line to look at, where the value was."""
    text, name, lost_by, lost_at, through = LOSSES[case]
    first = contexts(text, build_args={"B": "given"})[0]
    loss = first.lost[name]
    assert (loss.status, loss.lost_by, loss.lost_at) == ("unset", lost_by, lost_at)
    assert loss.came_through == through
    assert name not in first.env


KEPT = {
    "re-declared": "ARG V=1\nFROM a\nARG V\nRUN x\n",
    "used in FROM only": "ARG V=1\nFROM a:$V\nRUN x\n",
    "used in FROM through another": "ARG V=1\nARG I=a:${V}\nFROM $I\nRUN x\n",
    "used as platform only": "ARG V=linux/amd64\nFROM --platform=$V a\nRUN x\n",
    "of a parent": "FROM a AS b\nARG V=1\nFROM b\nRUN x\n",
    "without any value": "ARG V\nFROM a\nRUN x\n",
    "declared without value elsewhere": "FROM a\nARG V\nFROM b\nRUN x\n",
    "platform argument in another word": "FROM a\nRUN echo $MYTARGETARCH TARGETARCHES\n",
    "proxy by build argument": "FROM a\nRUN x\n",
    "set by ENV": "ARG V=1\nFROM a\nENV V=2\nRUN echo $V\n",
}


@pytest.mark.parametrize("case", KEPT)
def test_nothing_is_called_lost_that_is_not(case: str) -> None:
    """Arguments that arrive, that served their FROM, or that never had a value."""
    given = {"https_proxy": "p"} if case.startswith("proxy") else {}
    assert contexts(KEPT[case], build_args=given)[-1].lost == {}


def test_loss_in_an_instruction_is_handed_on() -> None:
    """ENV from an undeclared platform argument: empty, and it says what was lost."""
    value = contexts("FROM a\nENV A=$TARGETARCH\nENV B=x-$A\nRUN y\n")[0].env["B"]
    assert (value.text, value.lost_by, value.lost_at) == ("x-", "arg-not-declared", "D:1")
    assert value.came_through == ("D:2", "D:3")


def test_flags_cut_at_a_space_in_env() -> None:
    """The rest of the flags became a variable of its own; an ordinary odd name cuts nothing."""
    text = "FROM a\nENV R=-C target-cpu=generic B=1\nENV C=-O2 D=2 java.home=/x\nRUN dump\n"
    env = run_contexts(parse_dockerfile(text.encode(), "D"), platform="linux/amd64")[0].env
    assert {name: value.lost_by for name, value in env.items() if name in "RBCD"} == {
        "R": "cut-at-space", "B": None, "C": None, "D": None,
    }  # fmt: skip
    assert env["R"].text == "-C"


def test_an_unknown_value_names_what_it_was_made_from() -> None:
    """`--base-env HOME=...` would decide it, and the variable itself is certainly set."""
    text = "FROM a\nENV F=$HOME/x\nENV G=$F:y\nRUN dump\n"
    env = run_contexts(parse_dockerfile(text.encode(), "D"), platform="linux/amd64")[0].env
    assert [env[name].hangs_on for name in ("F", "G", "HOME")] == ["HOME", "HOME", ""]
