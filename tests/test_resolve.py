"""Resolution of a link line against what GNU ld, gold, lld and mold really do with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag.join.link_line import parse_link_line
from diag.join.link_units import Units, units_of
from diag.join.resolve import resolve
from diag.read.objects import scan_objects
from tests.link_situations import LINKERS, SITUATIONS, Linked, build, link
from tests.tools import need


@pytest.fixture(scope="module", params=SITUATIONS)
def built(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> tuple[str, Path]:
    need("gcc", "ar", *LINKERS)
    folder = tmp_path_factory.mktemp("link")
    build(SITUATIONS[request.param], folder)
    return request.param, folder


def ours(title: str, folder: Path, rule: str) -> Linked:
    situation = SITUATIONS[title]
    words = situation.line.split()
    files = [word for word in words if not word.startswith("-")]
    paths = {str(folder / name): name for name in files}
    scan = scan_objects(list(paths), with_sections=True)
    line = parse_link_line([str(folder / w) if w in files else w for w in words])
    units = units_of(scan.objects, scan.symbols)
    found = resolve(line, units, rule)
    by = {
        name: [found.owner[units.code(name)][0].title.removeprefix(f"{folder}/")]
        for name in situation.names
        if units.code(name) in found.owner
    }
    is_cut = bool(found.skipped) or any(unit.is_lto for unit in found.taken)
    return Linked(by, _names(units, found.open_names()), _names(units, found.doubled), is_cut)


def _names(units: Units, codes: object) -> frozenset[str]:
    return frozenset(units.names[code] for code in codes)  # type: ignore[attr-defined]


@pytest.mark.parametrize("linker", LINKERS)
def test_who_satisfies_whom_is_what_the_linker_says(built: tuple[str, Path], linker: str) -> None:
    """The same definition for each name, the same names open, the same names doubled."""
    title, folder = built
    told = ours(title, folder, LINKERS[linker])
    real = link(SITUATIONS[title], linker, folder)
    if real.is_cut:  # what is behind the refused file is not resolved any more
        assert told.is_cut
        return
    assert (told.open, told.doubled) == (real.open, real.doubled)
    for name, by in real.by.items():  # of common symbols gold's trace names references only
        assert told.by[name][0] in by
