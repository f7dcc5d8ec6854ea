"""The notebook of any case: texts in place of paths, its templates, and what they are filled with."""

from __future__ import annotations

import ast
import re
from typing import Any

import nbformat
import pytest

import diag
from diag.show import notebook_run as run
from diag.show.redact import Redactor
from tests import notebook_rules as rules
from tests.notebook_case import DOCKERFILE, LOG, ROOT, SECRET, SECTIONS

TEMPLATES = ("investigate", "postmortem")
OF_SOURCE = (
    rules.long_cells,
    rules.machinery,
    rules.silencing,
    rules.reading,
    rules.parameters,
    rules.unknown_names,
)

# -- a text in place of a path ---------------------------------------------------------------------


def test_a_text_of_several_lines_is_a_log() -> None:
    """Pasted between triple quotes; its lines are counted as they stand below the quotes."""
    (error,) = diag.Case(log=LOG).link_errors.to_dict("records")
    assert (error["symbol"], error["line_no"]) == ("frobnicate", 3)
    assert error["file"] == "<pasted>"


@pytest.mark.parametrize("log", [{"linux/arm64": LOG}, [LOG]])
def test_a_text_may_stand_wherever_a_path_may(log: Any) -> None:
    """For one platform, or one among several logs."""
    assert list(diag.Case(log=log).link_errors["symbol"]) == ["frobnicate"]


def test_a_text_of_several_lines_is_a_dockerfile() -> None:
    """Its instructions and its environment are read."""
    case = diag.Case(dockerfile=DOCKERFILE)
    assert list(case.instructions["instruction"]) == ["FROM", "ARG", "RUN"]
    assert set(case.env["file"]) == {"Dockerfile"} == {case.inputs.dockerfile}


def test_a_word_is_a_path() -> None:
    """A path that does not exist stays an error."""
    assert "does not exist" in diag.Case(dockerfile="no/Dockerfile").errors["reason"].iloc[0]


# -- the templates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", OF_SOURCE, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_keeps_the_rules_of_a_notebook(name: str, rule: Any) -> None:
    """tests/notebook_rules.py, before anything is executed."""
    assert list(rule(run.template(name))) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_empty_and_begins_with_a_heading(name: str) -> None:
    """No outputs; every parameter says that nothing is given."""
    notebook = run.template(name)
    assert notebook.cells[0]["source"].startswith("# ")
    assert not any(cell.get("outputs") for cell in notebook.cells)
    given: dict[str, Any] = {}
    exec(run.parameters_cell(notebook)["source"], given)
    assert not any(value for name, value in given.items() if name != "__builtins__")


def test_the_committed_notebook_is_the_template() -> None:
    """Cell by cell, but for the parameters; else `make notebooks`."""
    committed = nbformat.read(ROOT / "notebooks" / "investigate.ipynb", as_version=4)
    both = [
        [
            (c["id"], c["source"])
            for c in book.cells
            if "parameters" not in c.metadata.get("tags", [])
        ]
        for book in (committed, run.template("investigate"))
    ]
    assert both[0] == both[1]
    own, empty = (
        run.parameters_cell(b)["source"] for b in (committed, run.template("investigate"))
    )
    names = [[line.split(" = ")[0] for line in text.split("\n")] for text in (own, empty)]
    assert names[0] == names[1]


def test_every_section_has_its_cell() -> None:
    """What the templates call exists, and no section is without a cell."""
    called = {
        node.attr
        for name in TEMPLATES
        for _, node in rules.nodes(run.template(name))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "told"
    }
    assert called == {
        *SECTIONS, "answer", "instruction_sets", "instruction_sets_chart", "object_files",
    }  # fmt: skip


def test_the_postmortem_has_the_sections_of_a_postmortem() -> None:
    """In their order; what people have to write is marked after each."""
    cells = [c["source"] for c in run.template("postmortem").cells if c["cell_type"] == "markdown"]
    text = "\n".join(cells)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "The answer in three sentences", "What we saw", "What we believed, and the test of it",
        "The cause, platform by platform", "The fix and its proof", "What this does not show",
        "Timeline and follow-ups", "Sources",
    ]  # fmt: skip
    assert text.count("**To be written:**") >= 8


def test_filling_keeps_comments_and_every_script() -> None:
    """Values stand readable in place of the empty ones; what runs is what was given."""
    given = {
        "log": {"linux/arm64": 'größe "中文".log'},
        "platforms": ["linux/arm64"],
        "claims": ["a\u202eb"],
        "build_args": {"K": "v\\n", "N": "1\n2"},
    }
    cell = run.parameters_cell(run.filled(run.template("investigate"), given, Redactor()))
    told: dict[str, Any] = {}
    exec(cell["source"], told)
    assert {name: told[name] for name in given} == given
    assert "中文" in cell["source"]
    assert "\u202e" not in cell["source"]
    assert cell["source"].count("  # ") == len(cell["source"].split("\n"))


def test_filling_masks_secrets() -> None:
    """By the name of a build argument, and by the shape of a value."""
    given = {
        "build_args": {"NPM_TOKEN": SECRET, "URL": f"https://u:{SECRET}@host/x", "A": "plain"},
        "log": f"logs/{SECRET}.log",
    }
    mask = Redactor(frozenset([SECRET]))
    source = run.parameters_cell(run.filled(run.template("investigate"), given, mask))["source"]
    assert SECRET not in source
    assert "plain" in source
