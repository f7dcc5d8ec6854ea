"""An object beside a sound neighbour in an archive, and what is told of it."""

from __future__ import annotations

from typing import Any

import pandas as pd

from diag import schema
from diag.read.objects import Scan, scan_objects
from tests import fuzz_giants as giants
from tests.elf_builder import bsd_archive, build_elf
from tests.elf_images import Section, image, symbol, symtab  # fmt: skip

NEIGHBOUR = build_elf([(b"neighbour", 0x12, 0, 1, 0, 4)])
STRINGS = b"\0one\0V1\0libx.so.1\0"
ONE, V1, LIBX = 1, 5, 8


def scan_beside(data: bytes) -> Scan:
    """The scan of an archive with the bytes as a member and a sound neighbour behind it.

    Asserted for each: every error row names the member, an offset and a reason, and the neighbour
    is read.
    """
    scan = scan_objects(bsd_archive([(b"bad.o", data), (b"good.o", NEIGHBOUR)]), with_sections=True)
    schema.check(scan.errors, "errors")
    assert scan.objects["member"].tolist() == ["", "bad.o", "good.o"]
    assert scan.symbols.loc[scan.symbols["member"] == "good.o", "name"].tolist() == ["neighbour"]
    assert scan.errors["member"].eq("bad.o").all()
    assert scan.errors["offset"].between(0, len(data)).all()
    return scan


def names_of(scan: Scan) -> list[str]:
    """Names of the symbols of the bad member."""
    return list(scan.symbols.loc[scan.symbols["member"] == "bad.o", "name"])


def told(errors: pd.DataFrame | list[dict[str, Any]]) -> str:
    """All reasons."""
    return "; ".join(pd.DataFrame(errors, columns=["reason"])["reason"])


def object_with(*more: Section) -> bytes:
    """A sound object with one symbol and these sections behind its tables, from number 4 on."""
    return image([giants.TEXT, *symtab([symbol(ONE)], STRINGS, 2), *more])
