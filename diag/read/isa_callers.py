"""Which functions of objects other objects want: what one file alone cannot show."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from diag.read.containers import Source
from diag.read.elf_layout import ET_REL
from diag.read.files import Problems
from diag.read.objects import iter_elves
from diag.read.symbols_tables import symbol_tables


def wanted_elsewhere(paths: Iterable[Source], names: set[str]) -> set[str]:
    """Which of the names relocatable files among the paths want from others."""
    raw, found = {name.encode("utf-8", "backslashreplace"): name for name in names}, set()
    for _, elf in iter_elves(tuple(paths), Problems()):
        for table in symbol_tables(elf) if elf is not None and elf.type == ET_REL else ():
            text, records = table.strings.tobytes(), table.records
            for name in [name for name in raw if name + b"\0" in text]:
                wants = records["shndx"] == 0
                places = [at.start() for at in re.finditer(re.escape(name + b"\0"), text)]
                if (wants & np.isin(records["name"], places)).any():
                    found.add(raw[name])
    return found
