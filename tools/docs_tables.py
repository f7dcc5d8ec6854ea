"""Writes the table of frames in docs/DESIGN.md from diag/schema_frames.py, docs/losses.md,
docs/fixes.md and docs/causes/.

python tools/docs_tables.py            # write it
python tools/docs_tables.py --check    # exit 1 where a page is out of step
python tools/docs_tables.py --check --quick    # without docs/fixes.md, which takes half a minute
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import cause_pages
import fixes_page
import lab_page
import losses_page

from diag.schema import FRAMES, Column, Frame

PAGE = Path(__file__).resolve().parent.parent / "docs" / "DESIGN.md"
_TABLE = re.compile(r"(?<=<!-- frames: begin -->\n).*?(?=<!-- frames: end -->)", re.DOTALL)


def frames_table() -> str:
    """One row a frame: name, where its rows come from, key, the other columns with types."""
    rows = ["| frame | what | key | other columns |", "|---|---|---|---|"]
    rows += [_row(frame) for frame in FRAMES.values()]
    return "\n".join(rows) + "\n"


def _row(frame: Frame) -> str:
    others = [column for column in frame.columns if column.name not in frame.key]
    cells = [f"`{frame.name}`", frame.source, ", ".join(frame.key), _columns(others)]
    return "| " + " | ".join(cells) + " |"


def _columns(columns: list[Column]) -> str:
    """Neighbours of one type share it: `a, b: str; c: int?`."""
    groups: list[tuple[str, list[str]]] = []
    for column in columns:
        kind = column.type + ("?" if column.is_optional else "")
        if not groups or groups[-1][0] != kind:
            groups.append((kind, []))
        groups[-1][1].append(column.name)
    return "; ".join(f"{', '.join(names)}: {kind}" for kind, names in groups)


def with_table(text: str) -> str:
    """The page with the table of the schema as it is now."""
    return _TABLE.sub(lambda _: frames_table(), text)


def pages(*, is_quick: bool) -> dict[Path, str]:
    """Page -> what it should hold."""
    told = {
        PAGE: with_table(PAGE.read_text(encoding="utf-8")),
        losses_page.PAGE: losses_page.page(),
        lab_page.PAGE: lab_page.page(),
        **cause_pages.pages(),
    }
    return told if is_quick else {**told, fixes_page.PAGE: fixes_page.page()}


def main() -> None:
    """Write, or with --check compare."""
    for path, wanted in pages(is_quick="--quick" in sys.argv[1:]).items():
        if "--check" not in sys.argv[1:]:
            path.write_text(wanted, encoding="utf-8")
        elif not path.is_file() or path.read_text(encoding="utf-8") != wanted:
            sys.exit(f"{path.name} is out of step: python {sys.argv[0]}")


if __name__ == "__main__":
    main()
