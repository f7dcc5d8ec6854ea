"""Frames as rows of plain objects: the same values whichever way is quicker."""

from __future__ import annotations

import pytest

from diag import schema

ROWS = [
    {
        "file": "a.o", "member_no": 1, "format": "elf", "arch": "x86_64", "bits": 64, "kind": "shared",
        "byte_order": "little", "needed": ["libc.so.6"], "is_pic": True, "is_lto": False,
    },
    {
        "file": "b.o", "member_no": 0, "format": "elf", "arch": "x86_64", "bits": None,
        "byte_order": None, "kind": "shared", "needed": [], "is_pic": None, "is_lto": True,
    },
]  # fmt: skip
REST = {"member": "", "abi": "", "compiler": "", "size_bytes": 3}


def objects():
    return schema.make("objects", [{**row, **REST} for row in ROWS])


def test_plain_holds_python_objects_and_none() -> None:
    """Of Arrow text, categories, nullable numbers and flags: what was given, None for missing."""
    plain = schema.plain(objects())
    for column in ROWS[0]:
        assert plain[column].tolist() == [row[column] for row in ROWS], column
        wanted = [type(row[column]) for row in ROWS]
        assert [type(value) for value in plain[column].tolist()] == wanted, column
    assert {str(kind) for kind in plain.dtypes} <= {"object", "int64", "bool"}
    assert list(plain.columns) == list(objects().columns)


def test_plain_keeps_index_and_attributes() -> None:
    """Rows stay under their labels; what a frame tells of itself stays with it."""
    frame = objects().iloc[1:]
    frame.attrs["file"] = "x"
    assert schema.plain(frame).index.tolist() == [1]
    assert schema.plain(frame).attrs == {"file": "x"}


@pytest.mark.parametrize("of", [schema.plain, lambda frame: frame])
def test_rows_are_the_same_one_by_one_and_as_one_array(monkeypatch, of) -> None:
    """Names, values and their types, of few rows and of many."""
    frame = of(objects())
    few = list(schema.each(frame))
    monkeypatch.setattr(schema, "FEW_ROWS", 0)
    many = list(schema.each(frame))
    assert repr(few) == repr(many)
    assert few[0]._fields == many[0]._fields
    assert [[type(value) for value in row] for row in few] == [
        [type(value) for value in row] for row in many
    ]
