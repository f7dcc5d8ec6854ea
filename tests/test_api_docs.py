"""The API reference: every public name has a docstring that says what it gives, and its page."""

from __future__ import annotations

import inspect
import re
from pathlib import Path
from typing import Any

import pytest
from api_docs import frames_text, write_docs

import diag
from diag.schema import FRAMES

ROOT = Path(__file__).resolve().parent.parent

FUNCTIONS = [name for name in diag.__all__ if inspect.isfunction(getattr(diag, name))]
CLASSES = [name for name in diag.__all__ if inspect.isclass(getattr(diag, name))]


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The pages of `make docs`: name -> text."""
    written = write_docs(tmp_path_factory.mktemp("docs"))
    return {path.stem: path.read_text(encoding="utf-8") for path in written}


def own_docstring(thing: Any) -> str:
    """Its own words; what is inherited from `object` tells nothing."""
    return inspect.cleandoc(getattr(thing, "__doc__", None) or "")


@pytest.mark.parametrize("name", diag.__all__)
def test_a_public_name_says_what_it_is(name: str) -> None:
    """In a sentence at least, that ends as sentences do."""
    text = own_docstring(getattr(diag, name))
    assert len(text.split()) >= 5
    assert text.rstrip().endswith((".", ":"))


@pytest.mark.parametrize("name", CLASSES)
def test_what_a_public_class_offers_is_told(name: str) -> None:
    """Each method and property without an underscore that the class itself defines."""
    members = vars(getattr(diag, name))
    told = {
        key: own_docstring(value)
        for key, value in members.items()
        if not key.startswith("_")
        and (callable(value) or hasattr(value, "func") or isinstance(value, property))
    }
    assert [key for key, text in told.items() if not text] == []


def returns_a_frame(name: str) -> bool:
    return "DataFrame" in str(inspect.signature(getattr(diag, name)).return_annotation)


@pytest.mark.parametrize("name", [name for name in FUNCTIONS if returns_a_frame(name)])
def test_a_function_that_gives_a_frame_names_its_columns(name: str) -> None:
    """By the frame's name, whose columns are on the page of frames, or one by one."""
    text = own_docstring(getattr(diag, name))
    named = set(re.findall(r"`(\w+)`", text)) | set(re.findall(r"[Ff]rames? (\w+)", text))
    assert named & FRAMES.keys() or re.search(r"Columns:|One row an? [\w ]+:", text)


def test_every_column_says_what_it_holds() -> None:
    """And in which unit, where it is a size, a time or an offset."""
    measured = re.compile(r"(^|_)(seconds|bytes|offset)$")
    for frame in FRAMES.values():
        for column in frame.columns:
            assert column.meaning, f"{frame.name}.{column.name}"
            assert column.unit or not measured.search(column.name), f"{frame.name}.{column.name}"
        assert set(frame.key) <= {column.name for column in frame.columns}


def test_the_reference_shows_every_public_name(pages: dict[str, str]) -> None:
    """Loaded by need or not, each has its section, and a docstring in it."""
    sections = re.split(r'<section id="(\w+)">', pages["diag"])
    shown = dict(zip(sections[1::2], sections[2::2], strict=True))
    assert shown.keys() == set(diag.__all__)
    assert [name for name, text in shown.items() if 'class="docstring"' not in text] == []


def test_the_reference_shows_every_column(pages: dict[str, str]) -> None:
    """Of every frame, under its heading."""
    text = frames_text()
    for frame in FRAMES.values():
        assert f'id="{frame.name}"' in pages["frames"]
        for column in frame.columns:
            assert f"`{column.name}`" in text


def test_the_reference_loads_nothing_from_a_network(pages: dict[str, str]) -> None:
    """No source, style or picture of another host; where a link leads out is the reader's choice."""
    loads = re.compile(
        r"""(?:src|srcset|data)\s*=\s*["'](?:https?:)?//|@import|url\(["']?(?:https?:)?//|"""
        r"""<link[^>]+href=["'](?:https?:)?//"""
    )
    assert pages.keys() == {"index", "diag", "frames"}
    for name, text in pages.items():
        assert loads.search(text) is None, name
        assert str(ROOT) not in text, name
