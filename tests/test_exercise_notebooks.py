"""The notebooks of exercises: each is asked once, solved the same way, and ends with what it shows."""

from __future__ import annotations

import ast
import re

from diag.exercises import read_exercises
from tests.exercise_notebooks import ASKED, CALL, FOLDER, NAMES, SOLVED, WORDS

SHOWS = re.compile(
    r"\*What it shows:\* .*\]\((\.\./docs/causes/[\w-]+\.md|[\w-]+\.ipynb)\)\.", re.S
)


def test_each_exercise_is_asked_once_and_in_order() -> None:
    """The notebook, its solutions and the words tell of the same exercises: fourteen."""
    asked = [CALL.search(cell["source"]) for cell in ASKED.cells]
    assert (
        [found["name"] for found in asked if found]
        == NAMES
        == list(read_exercises(WORDS).exercises)
    )
    assert len(NAMES) == 14


def test_the_solutions_differ_in_the_answers_alone() -> None:
    """The first cell says what they are; every other line is the same, but for `answer =`."""
    assert [cell["id"] for cell in ASKED.cells] == [cell["id"] for cell in SOLVED.cells]
    for asked, solved in zip(ASKED.cells[1:], SOLVED.cells[1:], strict=True):
        if not CALL.search(asked["source"]):
            assert asked["source"] == solved["source"]
            continue
        trees = [ast.parse(cell["source"]).body for cell in (asked, solved)]
        assert [ast.dump(part) for part in trees[0][1:]] == [
            ast.dump(part) for part in trees[1][1:]
        ]
        assert "..." in ast.unparse(trees[0][0])
        assert "..." not in ast.unparse(trees[1][0])


def test_unanswered_it_says_what_to_do_and_solved_it_says_right() -> None:
    """As committed: a learner sees no table that gives an answer away."""
    for notebook, mark in ((ASKED, "… "), (SOLVED, "✔ ")):
        for cell in notebook.cells:
            call = CALL.search(cell["source"])
            if call:
                shown = [output for output in cell["outputs"] if "data" in output]
                assert cell["outputs"][0]["text"].startswith(mark + call["name"])
                assert bool(shown) == (notebook is SOLVED)


def test_each_exercise_ends_with_what_it_shows_and_where_more_stands() -> None:
    """One sentence and a link that leads to a page of a cause or to a notebook."""
    for n, cell in enumerate(ASKED.cells):
        if CALL.search(cell["source"]):
            found = SHOWS.match(ASKED.cells[n + 1]["source"].split("\n\n")[0])
            assert found, cell["source"]
            assert (FOLDER / found[1]).is_file()
