"""Symbol tables beside readelf, pyelftools and nm: a large library, a large archive, a whole system."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.isa import shared_objects
from benchmarks.sides import PANDAS, Pair, Side

LARGE_FILE = 100 << 20
N_MEMBERS = 5_000
LEAST_MEMBERS = 100  # of an archive that is merged with others
# Where a system has its libraries.
SYSTEM = ("/usr/lib", "/usr/local/lib", "/usr/*-linux-gnu*")
_CXX = ("libLLVM*.a", "libclang*.a", "libstdc++*.a")
N_CXX = 100

_SYMBOLS = PANDAS + "from diag.read.objects import read_symbols\n"
_READ = """
import resource
n_symbols = len(read_symbols(*{paths!r}{more}))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
print(f"{{n_symbols:,}} symbols, peak {{peak}} MB, imports among them", file=sys.stderr)
"""
# What a person would write: each symbol with what readelf prints of it.
_PYELFTOOLS = """
with open({path!r}, "rb") as file:
    for section in ELFFile(file).iter_sections():
        if isinstance(section, SymbolTableSection):
            for symbol in section.iter_symbols():
                entry = symbol.entry
                symbol.name, entry.st_value, entry.st_size, entry.st_shndx, entry.st_info.type
"""
_ELFTOOLS = """
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import SymbolTableSection
"""
_INDEX = PANDAS + "from diag.read.symbols_index import index_symbols\n"
_BUILD = """
import resource
index = index_symbols(*{folders!r})
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
print(f"{{index!r}}, peak {{peak}} MB, imports among them", file=sys.stderr)
"""
# Questions of each kind: raw, demangled, without types, in Rust and C++, and what nobody has.
QUESTIONS = (
    "memcpy", "main", "absent_name", "_ZdlPv", "operator new(unsigned long)", "operator delete",
    "std::string::append", "std::ostream::operator<<(int)", "typeinfo for std::exception",
    "std::__throw_length_error(char const*)", "core::fmt::write", "absent::name(int)",
)  # fmt: skip
_ASK = """
took = {{}}
for name in {questions!r}:
    for question in (index.defines, index.wants):
        began = time.perf_counter()
        question(name)
        took[question.__name__, name] = time.perf_counter() - began
worst = max(took, key=took.get)
print(f"slowest: {{took[worst]:.3f}} s, {{worst[0]}} {{worst[1]!r}}", file=sys.stderr)
"""


def pairs(folder: Path, given: Sequence[str]) -> Iterator[Pair | str]:
    """What is made is made in the folder; a line where something is not found."""
    if absent := [name for name in ("ar", "nm", "readelf") if shutil.which(name) is None]:
        yield f"symbols: not installed here: {', '.join(absent)}"
        return
    yield from _library_pairs(given)
    yield from _archive_pairs(folder)
    yield from _system_pairs(folder)


def _library_pairs(given: Sequence[str]) -> Iterator[Pair | str]:
    found = [Path(path) for path in given] or list(shared_objects())
    path = max(found, key=lambda path: path.stat().st_size, default=None)
    if path is None or path.stat().st_size < LARGE_FILE:
        yield "symbols of a library: none of 100 MB is found here: give --library FILE"
        return
    yield f"  {path}: {path.stat().st_size >> 20} MB"
    kit = _symbols_of("symbols of the library", [path])
    yield Pair(kit, _readelf(path), "ratio up to 0.6", runs=5, n_notes=1)
    loop = Side("loop of pyelftools", imports=_ELFTOOLS, call=_PYELFTOOLS.format(path=str(path)))
    yield Pair(kit, loop, "ratio up to 0.025", runs=1)


def _archive_pairs(folder: Path) -> Iterator[Pair | str]:
    path, what = merged_archive(folder)
    yield f"  {what}"
    kit = _symbols_of("symbols of the archive", [path])
    yield Pair(kit, _readelf(path), "ratio up to 1.1", runs=7, n_notes=1)
    archives = [path, *_archives(*_CXX)[:N_CXX]]
    yield f"  the same and {len(archives) - 1} archives of C++"
    yield Pair(
        _symbols_of("with sections and COMDAT groups", archives, ", with_sections=True"),
        _symbols_of("without", archives),
        "ratio up to 2",
        runs=5,
        n_notes=1,
    )


def _symbols_of(name: str, paths: Sequence[Path], more: str = "") -> Side:
    call = _READ.format(paths=[str(path) for path in paths], more=more)
    return Side(name, imports=_SYMBOLS, call=call)


def _readelf(path: Path) -> Side:
    return Side("readelf -sW", ("sh", "-c", 'exec readelf -sW "$1" >/dev/null', "sh", str(path)))


def _archives(*patterns: str) -> list[Path]:
    """Archives in the folders of the system, by path; a link to one is left out."""
    found = {
        path
        for folder in _folders()
        for pattern in patterns
        for path in folder.glob(f"**/{pattern}")
        if path.is_file() and not path.is_symlink()
    }
    return sorted(found)


def _folders() -> list[Path]:
    root = Path("/")
    return [path for pattern in SYSTEM for path in sorted(root.glob(pattern[1:])) if path.is_dir()]


def merged_archive(folder: Path) -> tuple[Path, str]:
    """(an archive of over 5,000 members, what it is made of): of real ones where there are enough."""
    from diag.read.archive import parse_archive

    chosen, n_members = [], 0
    for path in _archives("lib*.a"):
        archive = parse_archive(memoryview(path.read_bytes()))
        if archive.is_thin or len(archive.members) < LEAST_MEMBERS:
            continue
        chosen.append(path)
        n_members += len(archive.members)
        if n_members > N_MEMBERS:
            return _merge(folder, chosen), f"{n_members:,} members of {len(chosen)} archives"
    return _made(folder), f"{N_MEMBERS + 1:,} members made for this: no archives are found here"


def _merge(folder: Path, archives: Sequence[Path]) -> Path:
    script = "".join(f"addlib {path}\n" for path in archives)
    command = f"create merged.a\n{script}save\nend\n"
    subprocess.run(["ar", "-M"], input=command, text=True, cwd=folder, check=True)
    return folder / "merged.a"


def _made(folder: Path) -> Path:
    """Small members of forty symbols each."""
    from tests.elf_builder import ar_member, build_elf

    with (folder / "merged.a").open("wb") as file:
        file.write(b"!<arch>\n")
        for number in range(N_MEMBERS + 1):
            names = [b"function_%d_of_%d" % (n, number) for n in range(40)]
            member = build_elf([(name, 0x12, 0, 1, 16 * n, 16) for n, name in enumerate(names)])
            file.write(ar_member(b"%d.o/" % number, member))
    return folder / "merged.a"


def _system_pairs(folder: Path) -> Iterator[Pair | str]:
    from diag.read.containers import iter_opened
    from diag.read.files import Problems

    folders = [str(path) for path in _folders()]
    opened = [
        (one.file, 1 if one.archive is None else len(one.archive.members))
        for one in iter_opened(folders, Problems())
        if one.format in ("elf", "archive", "thin-archive")
    ]
    files = folder / "files"
    files.write_text("".join(f"{file}\n" for file, _ in opened))
    yield f"  {len(opened):,} files of {', '.join(SYSTEM)}: {sum(n for _, n in opened):,} objects"
    nm = 'xargs -d "\\n" nm -A <"$1" >/dev/null 2>&1; true'
    yield Pair(
        Side("index of all their symbols", imports=_INDEX, call=_BUILD.format(folders=folders)),
        Side("nm -A, one sweep", ("sh", "-c", nm, "sh", str(files))),
        "ratio up to 1",
        runs=3,
        n_notes=1,
    )
    grep = 'xargs -d "\\n" nm -A <"$1" 2>/dev/null | grep -c " memcpy$"'
    yield Pair(
        Side(
            f"{2 * len(QUESTIONS)} questions to it",
            imports=f"{_INDEX}import sys, time\nindex = index_symbols(*{folders!r})",
            call=_ASK.format(questions=QUESTIONS),
        ),
        Side("nm -A | grep, one question", ("sh", "-c", grep, "sh", str(files))),
        "each under 0.1 s",
        runs=1,
        n_notes=1,
    )
