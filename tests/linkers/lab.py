"""The recorded links of data/lab/linkers, read and compared with what their recipe wrote down.

`python -m tests.linkers.lab` prints the table linker x version x kind: cases read exactly of cases.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diag.read.linkers import parse_link_errors

LAB = Path(__file__).parent.parent.parent / "data" / "lab" / "linkers"
# The columns that are compared in every row, with what expected.json leaves out of most of them.
LEFT_OUT: dict[str, Any] = dict.fromkeys(
    ("linker", "kind", "symbol", "object", "member", "function")
)
LEFT_OUT |= {"n_refs": 1, "is_lower_bound": False}


@dataclass(frozen=True)
class Recorded:
    """One log, and the rows that it holds by its recipe."""

    log: Path
    wanted: tuple[dict[str, Any], ...]

    @property
    def kind(self) -> str:
        return self.log.stem.partition("-")[0]

    @property
    def linker(self) -> str:
        return self.log.parent.name

    def difference(self) -> tuple[list[str], list[str]]:
        """(rows that were read and are not in the log, rows that were missed)."""
        columns = sorted({name for row in self.wanted for name in row})
        read = parse_link_errors(self.log.read_text(encoding="utf-8"))

        def count(rows: Any) -> Counter[str]:
            return Counter(json.dumps([[c, row.get(c)] for c in columns]) for row in rows)

        got, wanted = count(read), count(self.wanted)
        return sorted((got - wanted).elements()), sorted((wanted - got).elements())


def recorded() -> Iterator[Recorded]:
    """Every log with its truth."""
    for truth in sorted(LAB.glob("*/expected.json")):
        for name, rows in json.loads(truth.read_text(encoding="utf-8")).items():
            yield Recorded(truth.parent / f"{name}.log", tuple(LEFT_OUT | row for row in rows))


def table() -> str:
    """Linker x version x kind as Markdown: exact of all; a dash where the linker has no such message."""
    cells: dict[str, dict[str, list[bool]]] = defaultdict(lambda: defaultdict(list))
    for one in recorded():
        cells[one.linker][one.kind].append(one.difference() == ([], []))
    kinds = list(dict.fromkeys(kind for row in cells.values() for kind in row))
    lines = ["| linker | " + " | ".join(kinds) + " |", "|---" * (len(kinds) + 1) + "|"]
    for linker, row in cells.items():
        told = [f"{sum(row[k])}/{len(row[k])}" if k in row else "-" for k in kinds]
        lines.append(f"| {linker} | " + " | ".join(told) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    print(table())
