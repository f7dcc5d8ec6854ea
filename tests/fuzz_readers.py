"""Every reader of objects, and the joins over what they give, on one file."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.join import join_symbols
from diag.join.isa_levels import df_baselines
from diag.join.link_line import LinkInput, LinkLine
from diag.join.link_units import units_of
from diag.join.resolve import RULES, resolve
from diag.read.details import read_details
from diag.read.isa import read_isa
from diag.read.objects import read_objects, read_symbols, scan_objects


def read_all(path: Path, number: int = 0) -> Counter[str]:
    """Every reader and join over one file, checked against the schema; rows of each frame."""
    scan = scan_objects([path], with_sections=True)
    errors = [scan.errors]
    frames = {"objects": scan.objects, "symbols": scan.symbols}
    if number % 2:
        frames["objects"], frames["symbols"] = read_objects(path), read_symbols(path)
        same = scan.symbols[list(frames["symbols"])]
        assert same.equals(frames["symbols"]), "symbols with and without sections differ"
    frames["details"] = read_details(path)
    frames["isa"] = read_isa(path, with_guards=True, **_ISA[number % len(_ISA)])
    for frame in frames.values():
        errors.append(schema.make("errors", frame.attrs.get("errors", [])))
    if number % 3 == 0:  # they take as long as all readers
        _join(scan, frames["isa"])
    for name, frame in frames.items():
        if name != "symbols" or "section" not in frame:
            schema.check(frame, name)
    for one in errors:
        schema.check(one, "errors")
    told = bool(len(scan.errors))
    return Counter({name: len(frame) for name, frame in frames.items()}) + Counter(told=told)


_ISA: tuple[dict[str, Any], ...] = ({"beyond_floor": True}, {"extension": ""}, {})


def _join(scan: Any, isa: pd.DataFrame) -> None:
    join_symbols(scan.symbols, scan.objects, {})
    units = units_of(scan.objects, scan.symbols)
    line = LinkLine(tuple(LinkInput(file) for file in units.of_file))
    for rule in RULES:
        resolve(line, units, rule)
    code = pd.DataFrame(isa.attrs["code"], columns=["file", "member", "member_no", "arch"])
    if len(code) and "guard" in isa:
        df_baselines(isa, code)
