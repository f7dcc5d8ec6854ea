"""The way of a value as --explain tells it, and the deciding difference between two values."""

from __future__ import annotations

import re

import pytest

from diag.schema_columns import LOST_BY
from diag.show.env_values import fit
from diag.show.loss_words import LOSSES
from tests.env_shown import HANGS, LOSS, explained

# -- values ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("room", [20, 40, 80])
@pytest.mark.parametrize("n", [0, 5, 50])
def test_the_deciding_difference_is_never_cut(room: int, n: int) -> None:
    """Long values with a long common beginning and end show where they differ."""
    values = [f"{'-C same ' * n}-C cpu={cpu}{' -l end' * n}" for cpu in ("generic", "native")]
    for fitted, cpu in zip(fit(values, room), ("generic", "native"), strict=True):
        assert len(fitted.text) <= room
        assert f"cpu={cpu}" in fitted.text or f"…{cpu}" in fitted.text
        assert cpu in fitted.text[fitted.start : fitted.end]


def test_a_value_that_continues_another_shows_its_end() -> None:
    """What one has more than the other."""
    base = "-C link-arg=--x " * 8
    shorter, longer = fit([base.strip(), base + "-C avx512=no"], 40)
    assert shorter.text != longer.text
    assert longer.text.endswith("-C avx512=no")


# -- the way of a value ----------------------------------------------------------------------------


def test_each_line_shows_its_text_and_what_it_gave() -> None:
    """The physical line, the value after it, the loss with reason and mending, the end."""
    said = explained(LOSS, 200, name="FLAGS", command="make all")
    own = said[said.index("linux/arm64: unset") : said.index("linux/arm/v7")].splitlines()
    assert own[1].split(maxsplit=1) == ["6", "arm64) (export FLAGS=-a) ;;"]
    assert [line.strip()[0] for line in own[2:5]] == ["→", "✘", "→"]
    assert "FLAGS = -a" in own[2]
    assert LOSSES["subshell"].reason in own[3]
    assert "fix: put the command inside, or set the value outside" in own[4]
    assert own[5].split(maxsplit=1) == ["9", "make all"]


def test_lines_stand_in_the_order_of_the_file() -> None:
    """Also where the value is lost behind the command that misses it."""
    said = explained("FROM a\nRUN make $V\nARG V=1\n", name="V")
    numbers = re.findall(r"^ +(\d+)  ", said, re.MULTILINE)
    assert numbers == ["2", "3"]
    assert "arg-declared-late" in said


def test_a_line_of_a_long_instruction_is_the_one_with_the_name() -> None:
    """Not the first line of the ENV."""
    said = explained("FROM a\nENV A=1 \\\n# note\n\n    B=2 \\\n    C=3\nRUN make\n", name="B")
    assert re.search(r"^ +5  B=2$", said, re.MULTILINE)


def test_a_value_made_of_another_shows_both() -> None:
    """The line of the other variable tells that variable's value."""
    said = explained('FROM a\nENV X=-O2\nRUN export F="$X -g" && make\n', name="F")
    assert "X = -O2" in said
    assert "F = -O2 -g" in said


def test_what_a_tool_makes_of_a_variable_shows_that_variable() -> None:
    """Of an ENV of several names, the one that gave it."""
    text = "FROM a\nENV LD=gcc-12 \\\n    CC=gcc-12\nRUN cargo build\n"
    said = explained(text, name="CC (cc crate)")
    assert re.search(r"^ +3  CC=gcc-12$", said, re.MULTILINE)
    assert "→ CC = gcc-12" in said
    assert "LD =" not in said


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (HANGS, ("output of `curl u`", "what would decide it", "diag probe")),
        ("FROM a\nRUN export F=$PATH; make\n", ("$PATH of the base image", "--base-env")),
        ("FROM a\nRUN export F=$(cat /f); make\n", ("the file /f", "--build-arg")),
    ],
)
def test_unknown_says_what_would_decide_it(text: str, words: tuple[str, ...]) -> None:
    """The command or file it hangs on, and the option."""
    said = " ".join(explained(text, name="F", command="make").split())
    for word in words:
        assert word in said


def test_an_argument_without_a_value_says_how_to_give_one() -> None:
    """Its line, and --build-arg."""
    said = explained("FROM a\nARG VERSION\nRUN make\n", name="VERSION")
    assert "--build-arg VERSION=..." in said


def test_the_same_way_is_told_once() -> None:
    """Platforms together; nothing runs past the width of the screen."""
    said = explained(LOSS, 80, name="CFLAGS", command="make all")
    assert said.count("separate-run") == 1
    assert "linux/amd64, linux/arm64 and linux/arm/v7: unset" in said
    assert max(map(len, said.splitlines())) <= 80


def test_every_loss_has_words() -> None:
    """The closed list, and no word of a loss that is none; names are filled in."""
    assert set(LOSSES) == set(LOST_BY)
    for loss in LOSSES.values():
        said = loss.said("NAME", "7", "3")
        assert said.reason
        assert not re.search(r"\{(name|line|origin)\}", said.reason + said.fix)
