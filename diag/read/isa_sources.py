"""Where code of an image reads what the processor can do: words that hold it, calls that tell it.

- Words, by symbol: `__cpu_model`, `__cpu_features2` (libgcc and compiler-rt on x86-64),
  `__aarch64_have_lse_atomics`, `__aarch64_cpu_features` (AArch64); in relocatable files by the
  relocations against them, in linked ones by their addresses and slots of the GOT. Files without
  .symtab keep no such name: nothing is recognised by these words there.
- Calls: AArch64 `getauxval` and `__getauxval` with AT_HWCAP, AT_HWCAP2, AT_HWCAP3; directly or
  through the PLT. x86-64 `__x86_get_cpuid_feature_leaf`, in relocatable files and static programs.

Sources: GCC, libgcc/config/i386/cpuinfo.c; getauxval(3); glibc, "X86"; ELF for the Arm 64-bit
Architecture, "Relocation".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from diag.read.elf import Elf
from diag.read.elf_layout import EM_X86_64, ET_EXEC, ET_REL
from diag.read.isa_code import Code, Places, relocations
from diag.read.symbols_tables import Table, symbol_tables

WORDS = {62: (b"__cpu_model", b"__cpu_features2"), 183: (b"__aarch64_have_lse_atomics", b"__aarch64_cpu_features")}  # fmt: skip
CALLS = {62: (b"__x86_get_cpuid_feature_leaf",), 183: (b"getauxval", b"__getauxval")}
_SLOTS = {62: (6, 7), 183: (1025, 1026)}  # GLOB_DAT, JUMP_SLOT
_MIN_WORD_BYTES, _MAX_WORD_BYTES = 4, 64
MAX_WORDS = 16  # each is looked for in all code
_MAX_PLT_BYTES = 1 << 20


@dataclass(frozen=True)
class Sources:
    """Where features are told: `words` as ranges of addresses, `calls` as addresses that are called;
    `word_places` and `call_places` as places in code that relocations fill, sorted."""

    words: tuple[tuple[int, int], ...]
    calls: frozenset[int]
    word_places: frozenset[int]
    call_places: frozenset[int]
    relocated: Places
    is_fixed: bool = False  # linked to a fixed place: an address may be an immediate


def sources_of(code: Code) -> Sources:
    """The sources that an image names."""
    return _of_objects(code) if code.elf.type == ET_REL else _of_linked(code)


def _named(table: Table, names: tuple[bytes, ...]) -> Places:
    """Indexes of the symbols of these names."""
    text, places = bytes(table.strings.tobytes()), []
    for name in names:
        at = text.find(name + b"\0")
        while at >= 0:  # a name may be the end of a longer one
            places.append(at)
            at = text.find(name + b"\0", at + 1)
    return np.flatnonzero(np.isin(table.records["name"], places)).astype(np.int64)


def _of_objects(code: Code) -> Sources:
    table, machine = code.symbols.table, code.elf.machine
    none = np.empty(0, np.int64)
    words = _named(table, WORDS[machine]) if table is not None else none
    calls = _named(table, CALLS[machine]) if table is not None else none
    found: tuple[set[int], set[int], list[Places]] = (set(), set(), [none])
    for section, records in relocations(code.elf):
        if section in code.bases:
            places = records["offset"].astype(np.int64) + code.bases[section]
            symbols = records["symbol"].astype(np.int64) - 1
            found[0].update(places[np.isin(symbols, words)].tolist())
            found[1].update(places[np.isin(symbols, calls)].tolist())
            found[2].append(places)
    relocated = np.unique(np.concatenate(found[2]))
    return Sources((), frozenset(), frozenset(found[0]), frozenset(found[1]), relocated)


def _of_linked(code: Code) -> Sources:
    elf = code.elf
    words: list[tuple[int, int]] = []
    calls: set[int] = set()
    for table in symbol_tables(elf):
        for record in table.records[_named(table, WORDS[elf.machine])]:
            if record["shndx"]:
                first = int(record["value"])
                size = min(_MAX_WORD_BYTES, max(_MIN_WORD_BYTES, int(record["size"])))
                words.append((first, first + size))
        for record in table.records[_named(table, CALLS[elf.machine])]:
            calls.update((int(record["value"]),) if record["shndx"] else ())
    word_slots, call_slots = _slots(elf)
    words += [(slot, slot + 8) for slot in word_slots]
    if elf.machine != EM_X86_64:
        calls |= _stubs(code, call_slots)
    none, is_fixed = np.empty(0, np.int64), elf.type == ET_EXEC
    some, called = tuple(words[:MAX_WORDS]), frozenset(sorted(calls)[:MAX_WORDS])
    return Sources(some, called, frozenset(), frozenset(), none, is_fixed)


def _slots(elf: Elf) -> tuple[set[int], set[int]]:
    """Addresses of the slots of the GOT that hold the words' addresses, and the functions'."""
    dynamic = next((one for one in symbol_tables(elf) if one.name == ".dynsym"), None)
    found: tuple[set[int], set[int]] = (set(), set())
    if dynamic is None:
        return found
    for names, slots in zip((WORDS[elf.machine], CALLS[elf.machine]), found, strict=True):
        symbols = _named(dynamic, names)
        for _, records in relocations(elf) if len(symbols) else ():
            fits = np.isin(records["type"], _SLOTS[elf.machine])
            fits &= np.isin(records["symbol"].astype(np.int64) - 1, symbols)
            slots.update(int(at) for at in records["offset"][fits])
    return found


def _stubs(code: Code, slots: set[int]) -> set[int]:
    """Addresses of ADRP x16 that lead on to a slot: the stubs of the PLT."""
    found: set[int] = set()
    for section, base in code.bases.items() if slots else ():
        content = code.elf.content(section)[:_MAX_PLT_BYTES]
        words = np.frombuffer(content, "<u4", len(content) // 4).astype(np.int64)
        for at in np.flatnonzero((words[:-1] & 0x9F00001F) == 0x90000010).tolist():
            load = int(words[at + 1])
            if load & 0xFFC003FF == 0xF9400211:  # LDR x17, [x16, #...]
                place = base + 4 * at
                slot = page_of(int(words[at]), place) + (load >> 10 & 0xFFF) * 8
                found.update((place,) if slot in slots else ())
    return found


def page_of(word: int, place: int) -> int:
    """The page that an ADRP at a place gives."""
    number = (word >> 3 & 0x1FFFFC) | (word >> 29 & 3)
    return (place & ~0xFFF) + (((number ^ 0x100000) - 0x100000) << 12)
