"""How a link line ends, linker by linker, without a linker being called.

    resolve_link("main.o liba.a libb.a")                 # a row for GNU ld, gold, lld and mold
    resolve_link("main.o --start-group *.a --end-group", folder="target/")

What `diag symbols --why` says of one name, for all names of the line at once.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd

from diag.errors import InputError
from diag.join.link_line import LinkInput, LinkLine, parse_link_line
from diag.join.link_units import Units, units_of
from diag.join.resolve import resolve
from diag.join.resolved import RULE_LINKERS, RULES, first_arch
from diag.join.why import Outcome, explain_each
from diag.read.globs import expand
from diag.read.objects import scan_objects

__all__ = ["resolve_link"]

COLUMNS = ("linker", "ends", "undefined", "twice", "drawn")


def resolve_link(words: str | Sequence[str], *, folder: str | Path = "") -> pd.DataFrame:
    """One row a linker: `linker`; `ends` (links, stops, unknown); `undefined`, the names that it
    stops over; `twice`, those that two definitions claim; `drawn`, the archive members that it
    takes, in their order.

    `words` as on the command line: files and patterns in `folder`, groups and the other words that
    say how files are taken. The line is taken as it stands: startup files and libraries that a
    compiler adds count only where they are named. Raises InputError for a file that is no object,
    and for options that are not followed.
    """
    line = parse_link_line(_split(words) if isinstance(words, str) else words)
    if line.flags or line.missing:
        word = (line.flags or line.missing)[0]
        raise InputError(f"{word}: not followed here", help="ask `diag symbols --why NAME` instead")
    line = replace(line, inputs=tuple(_placed(line.inputs, folder)))
    units, names = _read(line)
    arch = first_arch(line, units)
    whys = explain_each(names, line, units, arch)
    rows = [
        (RULE_LINKERS[rule], *_ended({name: why.outcomes[n] for name, why in whys.items()}),
         _drawn(line, units, rule, arch))
        for n, rule in enumerate(RULES)
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _split(words: str) -> list[str]:
    try:
        return shlex.split(words)
    except ValueError as error:
        raise InputError(f"the link line cannot be read: {error}", help="close it") from None


def _placed(inputs: Sequence[LinkInput], folder: str | Path) -> Iterator[LinkInput]:
    """The inputs as paths, and patterns as the files that they name."""
    for given in inputs:
        path = str(Path(folder, given.file))
        yield from (replace(given, file=one) for one in expand(path) or [path])


def _read(line: LinkLine) -> tuple[Units, list[str]]:
    """The units of all files, and every name that one of them wants or defines for others."""
    scan = scan_objects(
        list(dict.fromkeys(given.file for given in line.inputs)), with_sections=True
    )
    for row in scan.errors.to_dict("records"):
        raise InputError(str(row["reason"]), file=str(row["file"]), help=str(row["help"]))
    if scan.symbols.empty:
        raise InputError("the link line names no object with symbols", help="give .o or .a files")
    named = scan.symbols[(scan.symbols["name"] != "") & (scan.symbols["bind"] != "LOCAL")]
    return units_of(scan.objects, scan.symbols), list(named["name"].unique())


def _ended(outcomes: dict[str, Outcome]) -> tuple[str, list[str], list[str]]:
    """How the line ends, the names left open, and those that are defined twice."""
    undefined = [name for name, one in outcomes.items() if one.status == "open"]
    twice = [name for name, one in outcomes.items() if one.doubled]
    if any(one.is_failure for one in outcomes.values()):
        return "stops", undefined, twice
    is_unknown = any(one.status == "unknown" for one in outcomes.values())
    return "unknown" if is_unknown else "links", undefined, twice


def _drawn(line: LinkLine, units: Units, rule: str, arch: str) -> list[str]:
    found = resolve(line, units, rule, arch)
    return [unit.member for unit in found.taken if unit in found.pulled]
