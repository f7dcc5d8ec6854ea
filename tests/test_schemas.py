"""The published JSON Schemas: valid, in step with the frames, and true of what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from diag import schema
from diag.schema_frames import FRAMES
from diag.verdict import records
from tests import handmade as h

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
ROWS = {
    ("investigate", "step"): "steps",
    ("investigate", "link_error"): "link_errors",
    ("investigate", "outcome"): "outcomes",
    ("investigate", "error"): "errors",
    ("log", "step"): "steps",
    ("log", "link_error"): "link_errors",
    ("env", "env"): "env",
}


def load(name: str) -> dict[str, Any]:
    """The schema of that command."""
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))


def refuse(name: str, data: Any) -> list[str]:
    """What the schema of that command says against the data, as JSON would carry it."""
    plain = json.loads(json.dumps(data, default=lambda value: value.item()))
    return [error.message for error in Draft202012Validator(load(name)).iter_errors(plain)]


@pytest.mark.parametrize("name", ["investigate", "compare", "log", "env", "why"])
def test_schemas_are_schemas(name: str) -> None:
    """Each file is a valid JSON Schema of its stated dialect."""
    Draft202012Validator.check_schema(load(name))


@pytest.mark.parametrize(("place", "frame"), ROWS.items())
def test_rows_in_schemas_follow_the_frames(place: tuple[str, str], frame: str) -> None:
    """Columns and closed vocabularies stand once in diag/schema_frames.py; no schema departs."""
    row = load(place[0])["$defs"][place[1]]
    columns = {column.name: column for column in FRAMES[frame].columns}
    assert set(row["properties"]) - {"shell"} == set(columns)
    assert set(row["required"]) == set(columns)
    for name, column in columns.items():
        told = row["properties"][name]
        assert ("null" in told["type"]) == column.is_optional
        assert set(told.get("enum", ())) - {None} == set(column.vocabulary)


def test_verdict_json_is_as_published() -> None:
    """A verdict with every status, frames and missing artefacts."""
    assert refuse("investigate", h.verdict().to_json()) == []


def test_comparison_json_is_as_published() -> None:
    """A comparison of a mask; and one of a platform that was sound both times."""
    assert refuse("compare", h.comparison().to_json()) == []


def test_env_json_is_as_published() -> None:
    """Set and unset values."""
    assert refuse("env", records(h.case().env)) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("investigate", {"schema": 1}),
        ("investigate", {**h.verdict().to_json(), "outcome": "fine"}),
        ("compare", {**h.comparison().to_json(), "result": "better"}),
        ("log", {"format": "bare", "steps": [{}], "link_errors": []}),
        ("env", [{"file": "Dockerfile"}]),
        ("why", {"schema": 1, "asked": "x", "is_ordered": True, "verdicts": [{"name": "x"}]}),
    ],
)
def test_schemas_refuse_what_departs(name: str, data: Any) -> None:
    """A schema that takes everything would prove nothing."""
    assert refuse(name, data)


@pytest.mark.parametrize("name", FRAMES)
def test_an_empty_frame_is_the_asker_s_own(name):
    """It is made once and copied: what one does to it, another does not see."""
    frame = schema.empty(name)
    assert frame.dtypes.equals(schema.make(name, []).dtypes)
    frame["further"], frame.attrs["told"] = "x", 1
    assert "further" not in schema.empty(name)
    assert not schema.empty(name).attrs
