"""The published JSON Schemas: valid, in step with the frames, and true of what is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from jsonschema import Draft202012Validator

from diag import schema
from diag.cli import cli
from diag.join.isa_levels import df_exceeding
from diag.schema_frames import FRAMES
from diag.verdict import records
from tests import handmade as h

FOLDER = Path(__file__).parent.parent / "docs" / "schemas"
ROWS = {
    ("investigate", "step"): "steps",
    ("investigate", "link_error"): "link_errors",
    ("investigate", "outcome"): "outcomes",
    ("investigate", "error"): "errors",
    ("investigate", "failure_line"): "failure_lines",
    ("investigate", "platform_difference"): "platform_differences",
    ("log", "step"): "steps",
    ("log", "link_error"): "link_errors",
    ("env", "env"): "env",
    ("symbols", "symbols"): "symbols",
    ("details", "details"): "details",
    ("isa", "isa"): "isa",
}
# Keys that a command adds to the rows of a frame.
ADDED = {"shell", "demangled", "guard"}


def load(name: str) -> dict[str, Any]:
    """The schema of that command."""
    return json.loads((FOLDER / f"{name}.schema.json").read_text(encoding="utf-8"))


def refuse(name: str, data: Any) -> list[str]:
    """What the schema of that command says against the data, as JSON would carry it."""
    plain = json.loads(json.dumps(data, default=lambda value: value.item()))
    return [error.message for error in Draft202012Validator(load(name)).iter_errors(plain)]


NAMES = sorted(path.name.removesuffix(".schema.json") for path in FOLDER.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_schemas_are_schemas(name: str) -> None:
    """Each file is a valid JSON Schema of its stated dialect, and docs/ci.md leads to it."""
    Draft202012Validator.check_schema(load(name))
    assert f"(schemas/{name}.schema.json)" in (FOLDER.parent / "ci.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("place", "frame"), ROWS.items())
def test_rows_in_schemas_follow_the_frames(place: tuple[str, str], frame: str) -> None:
    """Columns and closed vocabularies stand once in diag/schema_frames.py; no schema departs."""
    row = load(place[0])["$defs"][place[1]]
    columns = {column.name: column for column in FRAMES[frame].columns}
    assert set(row["properties"]) >= set(columns)
    assert set(row["properties"]) - set(columns) <= ADDED
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


def test_symbols_json_is_as_published() -> None:
    """Wanted and defined ones, and with the name in clear."""
    rows = records(h.case().symbols)
    assert refuse("symbols", rows) == []
    assert refuse("symbols", [{**row, "demangled": "x"} for row in rows]) == []


def test_details_json_is_as_published() -> None:
    """What has a value and no size."""
    row = {"file": "a.o", "member": "", "member_no": 0, "kind": "needed", "item_no": 0}
    frame = schema.make("details", [{**row, "name": "libc.so.6", "value_text": "x"}])
    assert refuse("details", records(frame)) == []


def test_isa_json_is_as_published() -> None:
    """Functions by extension, those beyond a baseline, and none at all."""
    shared = {"file": "a.o", "member": "", "member_no": 0, "function": "f", "address": 0}
    row = {**shared, "extension": "avx2", "arch": "x86_64", "n_instructions": 2}
    isa = schema.make("isa", [row]).assign(guard="cpuid")
    assert refuse("isa", records(isa.drop(columns="guard"))) == []
    assert refuse("isa", records(isa)) == []
    assert refuse("isa", records(df_exceeding(isa, "x86-64-v2"))) == []
    assert refuse("isa", []) == []


def test_doctor_json_is_as_published() -> None:
    """What is found and what is missing."""
    done = CliRunner().invoke(cli, ["doctor", "--format", "json"], standalone_mode=False)
    assert refuse("doctor", json.loads(done.stdout)) == []


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("symbols", [{"name": "x"}]),
        ("details", [{"name": "x"}]),
        ("isa", [{"name": "x"}]),
        ("doctor", [{"part": "python"}]),
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
