"""Functions that use an instruction set: by the kit and by binutils, for whole files.

    python -m tests.isa_equality PATH...

x86_64: AVX-512 by objdump's encodings, AVX2 by what `as` refuses without it. AArch64 and ARM: every
extension, by what `as` refuses (tests/isa_oracle.py). One line a file and set: functions by us, by
binutils, equal or the first differences; at the end the sums. Folders are walked for ELF files and
archives of these machines.
"""

from __future__ import annotations

import argparse
import re
import resource
import sys
from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from diag.knowledge import table
from diag.read.elf import Elf
from diag.read.files import Problems
from diag.read.isa_functions import Symbols, code_sections, functions_of
from diag.read.isa_uses import Wanted, uses_of
from diag.read.objects import iter_elves, read_objects
from tests.isa_oracle import (
    AARCH64,
    ARM,
    X86_AVX2,
    Line,
    Tools,
    decoded,
    needs,
    plain_text,
    uses_avx512,
)

# What matters of objdump's lines: a pattern of grep -E.
ARM_LINES = "\t(v|f(ld|st)m|[su]div|crc32|lda|stl|aes|sha)|[[]pc, #"
# The address that objdump writes behind a load relative to PC, and loads of two words.
LOADED = re.compile(r"^(?P<op>v?ldr).*\[pc, .*@ \(?(?P<address>[0-9a-f]+) <")
IS_DOUBLE = re.compile(r"vldr\S*\s+d|ldrd")
NEVER_NEEDED = {"bti", "pauth-hint"}
# The names that binutils 2.40 has for them, where it has others or only levels.
OTHER_NAMES = {"fcma": "compnum"}
ONLY_LEVELS = {"rcpc2", "jscvt", "frintts", "flagm2", "dpb", "dpb2", "dit", "wfxt", "hbc"}

Key = tuple[str, str, int]  # member, section, address of the function
Uses = dict[Key, frozenset[str]]
Starts = dict[tuple[str, str], list[int]]


@dataclass(frozen=True)
class Compared:
    """One file and set of extensions."""

    file: str
    what: str
    ours: Uses
    theirs: Uses
    our_seconds: float
    their_seconds: float

    @property
    def differing(self) -> list[Key]:
        """Functions that only one side has, or that have other extensions."""
        keys = self.ours.keys() | self.theirs.keys()
        return sorted(key for key in keys if self.ours.get(key) != self.theirs.get(key))


def cpu_seconds() -> float:
    """CPU time of this process and of those it waited for."""
    times = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(one.ru_utime + one.ru_stime for one in times)


def compare(path: Path, arch: str) -> Iterator[Compared]:
    """The comparisons that the machine of a file allows."""
    starts = starts_of(path)
    if arch == "x86_64":
        yield _compared(path, "avx512", starts, lambda at: by_encoding(path, at))
        yield _compared(path, "avx2", starts, lambda at: by_assembler(X86_AVX2, path, at, "\tv"))
    elif arch == "aarch64":
        yield _compared(path, "", starts, lambda at: by_assembler(AARCH64, path, at, ""))
    else:
        yield _compared(path, "", starts, lambda at: by_assembler(ARM, path, at, ARM_LINES))


def _compared(path: Path, what: str, starts: Starts, theirs: Callable[[Starts], Uses]) -> Compared:
    start = cpu_seconds()
    ours = by_us(path, what)
    middle = cpu_seconds()
    found = theirs(starts)
    return Compared(str(path), what, ours, found, middle - start, cpu_seconds() - middle)


def _members(path: Path) -> Iterator[tuple[str, Elf]]:
    for part, elf in iter_elves([path], Problems()):
        if elf is not None:
            yield part.member, elf


def by_us(path: Path, what: str) -> Uses:
    """Function -> extensions, in the words of binutils."""
    found: dict[Key, set[str]] = defaultdict(set)
    for member, elf in _members(path):
        for use in uses_of(elf, Wanted(what)):
            words = {_word(name, elf.arch, what) for name in use.counts.keys() - NEVER_NEEDED}
            if words:
                found[member, elf.section_name(use.section), use.address].update(words)
    return {key: frozenset(words) for key, words in found.items()}


def _word(extension: str, arch: str, what: str) -> str:
    if what:
        return what
    if extension in ONLY_LEVELS:
        levels = table("isa_levels")[arch]
        return next(str(level["name"]) for level in levels if extension in level["has"])
    return OTHER_NAMES.get(extension, extension)


def starts_of(path: Path) -> Starts:
    """Where functions begin, so that what objdump decodes can be told by function.

    objdump's own labels would do only where nothing is stripped.
    """
    found: dict[tuple[str, str], set[int]] = defaultdict(set)
    for member, elf in _members(path):
        symbols = Symbols(elf)
        for section in code_sections(elf):
            base = int(elf.sections["addr"][section])
            begins = functions_of(elf, section, symbols).starts.tolist()
            found[member, elf.section_name(section)].update(base + at for at in begins)
    return {key: sorted(places) for key, places in found.items()}


def _function(line: Line, starts: Starts) -> Key:
    # objdump names the file where we have no member.
    member = line.member if (line.member, line.section) in starts else ""
    places = starts[member, line.section]
    return member, line.section, places[max(0, bisect_right(places, line.address) - 1)]


def by_encoding(path: Path, starts: Starts) -> Uses:
    """Functions with EVEX-coded and mask instructions."""
    lines = (line for line in decoded("", path, "\t62 | 62 |\tk") if uses_avx512(line))
    return {_function(line, starts): frozenset(("avx512",)) for line in lines}


def without_constants(lines: list[Line]) -> Iterator[Line]:
    """Without what objdump decodes of words that, by its own account, code only loads.

    Where mapping symbols are stripped objdump takes them for instructions.
    """
    maybe = _constants(lines)
    words = _constants([line for line in lines if not _is_within(line, maybe)])
    return (line for line in lines if not _is_within(line, words))


def _constants(lines: list[Line]) -> set[tuple[str, str, int]]:
    words = set()
    for line in lines:
        if found := LOADED.match(line.text):
            first = int(found["address"], 16) // 4
            size = 2 if IS_DOUBLE.match(line.text) else 1
            words.update((line.member, line.section, first + n) for n in range(size))
    return words


def _is_within(line: Line, words: set[tuple[str, str, int]]) -> bool:
    both = {line.address // 4, (line.address + 2) // 4}
    return any((line.member, line.section, word) in words for word in both)


def by_assembler(tools: Tools, path: Path, starts: Starts, keep: str) -> Uses:
    """Functions and the words that the assembler wants for their instructions."""
    texts: dict[str, set[Key]] = defaultdict(set)
    lines: Iterable[Line] = decoded(tools.prefix, path, keep)
    if tools is ARM:
        lines = without_constants(list(lines))
    for line in lines:
        if not (tools is X86_AVX2 and line.raw.startswith("62")):
            texts[plain_text(line.text)].add(_function(line, starts))
    found: dict[Key, set[str]] = defaultdict(set)
    for text, word in needs(tools, texts).items():
        for key in texts[text]:
            found[key].update(word.split("+"), ("vfp",) if word == "d32" else ())
    return {key: frozenset(words) for key, words in found.items()}


def told(result: Compared, limit: int = 4) -> str:
    """One line, and one more for each of the first differences."""
    what = result.what or "all extensions"
    differing = result.differing
    lines = [
        f"{result.file}: {what}: {len(result.ours)} by us, {len(result.theirs)} by binutils, "
        f"{'equal' if not differing else f'{len(differing)} differ'}; CPU {result.our_seconds:.2f} s "
        f"and {result.their_seconds:.2f} s"
    ]
    for key in differing[:limit]:
        ours, theirs = (sorted(side.get(key, ())) for side in (result.ours, result.theirs))
        lines.append(f"    {key[0]} {key[1]} {key[2]:#x}: {ours} and {theirs}")
    return "\n".join(lines)


def files_of(paths: list[str]) -> Iterator[tuple[Path, str]]:
    """(file, machine) of each ELF file or archive that can be compared, each once."""
    seen = set()
    for row in read_objects(*paths).itertuples():
        if row.arch in ("x86_64", "aarch64", "arm") and row.file not in seen:
            seen.add(row.file)
            yield Path(row.file), str(row.arch)


def main() -> None:
    """Compare and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.isa_equality", description=__doc__)
    parser.add_argument("paths", nargs="+", metavar="PATH")
    parser.add_argument("--limit", type=int, default=4, help="differences told of a file (4)")
    given = parser.parse_args()
    sums: Counter[str] = Counter()
    for path, arch in files_of(given.paths):
        for result in compare(path, arch):
            sums["comparisons"] += 1
            sums["equal"] += not result.differing
            sums["functions"] += len(result.ours)
            sums["functions that differ"] += len(result.differing)
            if result.ours or result.theirs:
                print(told(result, given.limit), flush=True)
    print(", ".join(f"{count:,} {what}" for what, count in sums.items()))
    sys.exit(sums["comparisons"] != sums["equal"])


if __name__ == "__main__":
    main()
