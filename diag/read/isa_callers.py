"""Which functions of objects other objects want: what one file alone cannot show."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from diag.read.containers import Source
from diag.read.elf_layout import ET_REL
from diag.read.files import Problems
from diag.read.objects import iter_elves
from diag.read.symbols_tables import symbol_tables


def wanted_elsewhere(paths: Iterable[Source], names: set[str]) -> set[str]:
    """Which of the names relocatable files among the paths want from others."""
    raw = {name.encode("utf-8", "backslashreplace"): name for name in names}
    longest, found = max(map(len, raw), default=0), set()
    for _, elf in iter_elves(tuple(paths), Problems()):
        for table in symbol_tables(elf) if elf is not None and elf.type == ET_REL else ():
            text = table.strings.tobytes()
            for at in np.unique(table.records["name"][table.records["shndx"] == 0]).tolist():
                found.add(text[at : at + longest + 1].split(b"\0", 1)[0])
    return {raw[name] for name in found & raw.keys()}
