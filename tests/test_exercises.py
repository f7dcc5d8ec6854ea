"""The exercises: every hint is said, no answer is given away early, and nothing ends in a traceback.

The right answers are those of the solutions notebook, which tests/test_notebooks.py runs: there the
kit itself finds each of them right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import diag
from diag.errors import InputError
from diag.exercises import Exercises, read_exercises
from diag.exercises.answers import MAX_LETTERS, MAX_WORDS
from diag.exercises.words import AGAIN, WIDTH
from tests.exercise_notebooks import ANSWERS, ASKED, NAMES, UNANSWERED, WORDS


@pytest.fixture
def check() -> Exercises:
    """The exercises of the notebook, of which nothing was tried yet."""
    return read_exercises(WORDS)


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Callable[[], str]:
    """What was printed since the last call, as one line; each printed line fits and is harmless."""

    def read() -> str:
        text = capsys.readouterr().out
        lines = text.splitlines()
        assert lines
        assert all(line.isprintable() for line in lines), text
        assert all(len(line) <= WIDTH for line in lines), text
        return " ".join(text.split())

    return read


def wrong_answers(check: Exercises, name: str) -> list[Any]:
    """Three different wrong answers."""
    right, exercise = ANSWERS[name], check.exercises[name]
    if exercise.asks == "word":
        words = [word for word in exercise.words if word != right] or ["x", "y", "z"]
        return (words * 3)[:3]
    if exercise.asks == "names":
        return [[], [right[0]], right[1:] or [right[0], "a wrong one"]] if len(right) > 1 else [
            [], ["x"], ["y"]
        ]  # fmt: skip
    words = list(exercise.words)
    turned = {key: words[words.index(word) - 1] for key, word in right.items()}
    first, last = next(iter(right)), list(right)[-1]
    return [turned, {**right, first: turned[first]}, {**right, last: turned[last]}]


def test_the_first_cell_says_what_to_run_first() -> None:
    """A notebook that was opened has its outputs and no kernel that knows them: three cells load the kit."""
    (said,) = re.findall(r"First run the (\w+) cells below", ASKED.cells[0]["source"])
    first = next(n for n, cell in enumerate(ASKED.cells[1:]) if cell["cell_type"] == "markdown")
    assert (said, first) == ("three", 3)


@pytest.mark.parametrize("name", NAMES)
def test_a_right_answer_is_told_what_it_shows(check: Exercises, said: Any, name: str) -> None:
    """In whatever form it came, and the summary counts it."""
    right = ANSWERS[name]
    for form in (right, [*right, right[0]]) if isinstance(right, list) else (right,):
        assert check(name, form, right) is True
        assert said() == " ".join(f"✔ {name}: right. {check.exercises[name].right}".split())
    check.summary()
    assert said().startswith("1 of 14 exercises right. Not yet: ")


@pytest.mark.parametrize("name", NAMES)
def test_each_wrong_answer_is_told_more(check: Exercises, said: Any, name: str) -> None:
    """First a hint, then another and the table, then the answer; the same once more is no try."""
    right, exercise = ANSWERS[name], check.exercises[name]
    first, second, third = wrong_answers(check, name)
    plain = " ".join(exercise.hints[0].split())
    slips = [" ".join(text.split()) for text in exercise.slips.values()]
    for n in range(3):
        assert check(name, first, right) is False
        text = said()
        assert (AGAIN in text) == (n > 0)
        assert text.startswith(f"✘ {name}: not yet. ")
        assert plain in text or any(slip in text for slip in slips)
        assert "The kit's answer" not in text
    assert check(name, second, right) is True
    text = said()
    assert " ".join(exercise.hints[1].split()) in text
    assert "The kit's answer" not in text
    assert check(name, third, right) is True
    told = said().partition("The kit's answer: ")[2]
    parts = [right] if isinstance(right, str) else right
    assert all(f"`{part}`" in told or f"`{part} = " in told for part in parts)
    assert check(name, right, right) is True


@pytest.mark.parametrize("name", NAMES)
def test_no_slip_is_right_and_each_is_told(check: Exercises, said: Any, name: str) -> None:
    """A slip's remark is for a wrong answer, and is said at the first try."""
    right, exercise = ANSWERS[name], check.exercises[name]
    for slip, text in exercise.slips.items():
        given: Any = slip if isinstance(right, str) else [slip]
        if isinstance(right, dict):
            key, word = slip.split(" = ")
            assert right[key] != word
            given = {**right, key: word}
        fresh = read_exercises(WORDS)
        assert fresh(name, given, right) is False
        told = said()
        assert " ".join(text.split()) in told
        assert not isinstance(right, str) or f"`{right}`" not in told


@pytest.mark.parametrize("name", NAMES)
def test_the_first_hint_does_not_hold_the_answer(check: Exercises, name: str) -> None:
    """A word, all names or all pairs: the learner is left something to find."""
    right, hint = ANSWERS[name], check.exercises[name].hints[0]
    words = (
        [right]
        if isinstance(right, str)
        else list(right.values() if isinstance(right, dict) else right)
    )
    spoken = re.findall(r"[\w.-]+", hint)
    assert not set(words) <= set(spoken)


@pytest.mark.parametrize(
    "odd",
    [
        ..., None, 3, 3.5, float("nan"), 10**9000, b"x", object(), Exercises, print, [None], [...], [[...]], [3],
        ["x"] * (MAX_WORDS + 1), "x" * (MAX_LETTERS + 1), ["x" * 10**6], {"x": "x" * 10**6},
        {"x": ...}, {3: "x"}, {("a", "b"): None}, {"y" * 10**6: ...}, (n for n in "ab"), pd.Series([1, 2]), pd.DataFrame({"a": [1]}),
    ],
    ids=lambda odd: type(odd).__name__,
)  # fmt: skip
def test_what_is_no_prediction_is_no_try(check: Exercises, said: Any, odd: Any) -> None:
    """It is told what is wanted, in few words, and nothing is counted."""
    for name, right in ANSWERS.items():
        assert check(name, odd, right) is False
        assert said().startswith(f"… {name}: ")
    assert check.tried == {}


@pytest.mark.parametrize(
    "hostile",
    ["\x1b[31mred\x1b[0m", "<script>alert(1)</script>", "a\u202eb", "$x$", "[bold]x", "\ud800", "{0}%s", "\0", "a\nb", "", " "],
)  # fmt: skip
def test_hostile_words_are_shown_harmless(check: Exercises, said: Any, hostile: str) -> None:
    """In an answer, in a list, as a key, and as the name of an exercise."""
    for name in ("mangled", "arg"):
        check(name, hostile, ANSWERS[name])
        assert said()
    for _ in range(3):
        check("drawn", [hostile, "net.o"], ANSWERS["drawn"])
        assert said()
    check("guard", {hostile: "links"}, ANSWERS["guard"])
    assert "give a word for each of" in said()
    check("guard", {hostile: ...}, ANSWERS["guard"])
    assert UNANSWERED in said()
    check(hostile, "x", "x")
    assert "There is no exercise" in said()


def test_what_is_right_is_asked_only_when_there_is_a_prediction(
    check: Exercises, said: Any
) -> None:
    """A truth that takes time is a function; three dots cost nothing."""
    asked = []

    def slow() -> str:
        asked.append(1)
        return "unset"

    assert check("arg", ..., slow) is False
    assert UNANSWERED in said()
    assert asked == []
    assert check("arg", " 'UNSET' ", slow) is True
    assert asked == [1]


@pytest.mark.parametrize("found", [None, "", "no such word", pd.Series(dtype=str), 3])
def test_without_a_truth_nothing_is_judged(check: Exercises, said: Any, found: Any) -> None:
    """data/ is not there, or the learner changed the cell: no answer is called wrong for it."""
    assert check("arg", "unset", found) is False
    assert "found nothing to compare with" in said()
    assert check.tried == {}


def test_what_the_kit_cannot_read_is_told(check: Exercises, said: Any) -> None:
    """An error of the kit is a sentence, and a frame without the row is none to compare with."""
    assert check("drawn", ["net.o"], lambda: diag.resolve_link("nowhere.o")) is False
    assert "nowhere.o" in said()
    assert check("drawn", ["net.o"], lambda: {}["GNU ld"]) is False
    assert "found nothing" in said()


def test_an_exercise_that_is_not_there_is_told_near_names(check: Exercises, said: Any) -> None:
    """A learner who retypes the line finds the way back."""
    for name in ("wnats", 3, None, ["wants"], "x" * 10**6):
        assert check(name, "x", "x") is False  # type: ignore[arg-type]
        text = said()
        assert "There is no exercise" in text
        assert ("Did you mean `wants`?" in text) == (name == "wnats")


def test_all_done(check: Exercises, said: Any) -> None:
    """The summary of one who has solved everything."""
    for name, right in ANSWERS.items():
        check(name, right, right)
    said()
    check.summary()
    assert said() == "14 of 14 exercises right. All done."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("[a", "no valid TOML"),
        ("a = 3", "[a] is no exercise"),
        ("[a]\nasks = 'word'", "[a] is no exercise"),
        ("[a]\nasks = 'word'\nhints = ['x', 'y']", "[a] is no exercise"),
        ("[a]\nasks = 'word'\nhints = ['x', 'y']\nright = 'z'\nanswer = 'w'", "[a] is no exercise"),
        ("[a]\nasks = 'tale'\nhints = ['x', 'y']\nright = 'z'", "needs `asks` and two hints"),
        ("[a]\nasks = 'word'\nhints = ['x']\nright = 'z'", "needs `asks` and two hints"),
    ],
)
def test_a_file_of_words_that_is_none_is_told(tmp_path: Path, text: str, told: str) -> None:
    """With the file's name and a help line."""
    file = tmp_path / "words.toml"
    file.write_text(text)
    with pytest.raises(InputError, match=re.escape(told)) as caught:
        read_exercises(file)
    assert caught.value.file == str(file)
    assert caught.value.help
    with pytest.raises(InputError, match="No such file"):
        read_exercises(tmp_path / "nowhere.toml")
