from __future__ import annotations

from diag.read.elf import Elf
from diag.read.isa_uses import Use


def guards_of(elf: Elf, uses: list[Use]) -> dict[int, str]:
    return {}
