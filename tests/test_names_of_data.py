"""No name or figure of data/ stands in diag/: a verdict comes from evidence, not from memory.

Names are collected from data/ itself: case folders, wanted symbols, packages, source files, the
functions they define, image names; figures are build hashes and sizes of objects. A word that is
ordinary in this field, so that diag/ may well use it on its own account, is let through by a rule
or by the list below, which a test keeps short.
"""

from __future__ import annotations

import csv
import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"
SOURCES = sorted(
    path
    for path in (ROOT / "diag").rglob("*")
    if path.is_file() and path.suffix not in {".pyc", ".png"}
)

LINKS, FIXES = DATA / "lab" / "links", DATA / "lab" / "fixes"
# Causes whose symbols are names of real libraries, which tables of knowledge hold.
OF_LIBRARIES = {
    "", "glibc-archive-on-musl", "library-not-linked", "musl-lfs64-removed",
    "rust-runtime-duplicated", "static-library-missing", "unwind-runtime-missing",
}  # fmt: skip
# Ordinary words that data/ uses as names too, each with what else it means here.
ORDINARY = {
    "before": "Case of diag.compare",
    "after": "Case of diag.compare",
    "kernels": "the small functions that are compiled for one instruction set",
    "main.rs": "every Rust program has one",
    "lib.rs": "every Rust library has one",
    "build.rs": "every Rust build script is called so",
    "is_empty": "a question to any container",
    "secret": "what a log must not show",
    "atexit": "Python's module, and C's function",
    "__cxa_atexit": "a function of every C library, in the table of its names",
    "cargo-cfg-target-feature": "a variable that cargo gives to build scripts",
    "time64": "what musl calls its 64-bit time on 32-bit machines",
}
# A name that a space or colon follows is a word of the linker's, or of a type that it demangled.
_UNDEFINED = re.compile(
    r"undefined (?:reference to|symbol:)\s*(?:symbol )?[`']?(?P<symbol>[A-Za-z_.$][\w.$@]*+)(?!:? )"
)
_PACKAGE = re.compile(r'^name\s*=\s*"(?P<name>[^"]+)"', re.MULTILINE)
_C_FUNCTION = re.compile(r"^[A-Za-z_][\w\s*]*?\b(?P<name>\w+)\s*\([^;]*?\)\s*\{", re.MULTILINE)
_RUST_ITEM = re.compile(r"\b(?:fn|struct|enum|static|const)\s+(?P<name>\w+)")
_IMAGE = re.compile(r"\blocalhost/(?P<name>[\w-]+)")
_HASH = re.compile(r"(?<![0-9a-f])(?=[0-9a-f]*[0-9])[0-9a-f]{8,40}(?![0-9a-f])")
_MIN_LENGTH = 6


def is_telling(name: str) -> bool:
    """Long enough and composed, so that nobody writes it by chance."""
    return len(name) >= _MIN_LENGTH and bool(re.search(r"[_\-.0-9]", name))


def text_of(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace")


def case_folders() -> Iterator[str]:
    """A side of a lab fix (`reverted`) is named by diag.compare's own words: its fix counts."""
    for path in DATA.rglob("case.toml"):
        yield (path.parent.parent if FIXES in path.parents else path.parent).name
    yield from (path.name for path in DATA.iterdir() if path.is_dir())


def symbols() -> Iterator[str]:
    for path in [*DATA.rglob("*.log"), *DATA.rglob("*.rawjson")]:
        if LINKS not in path.parents:
            yield from (match["symbol"] for match in _UNDEFINED.finditer(text_of(path)))
    yield from lab_symbols()


def lab_symbols() -> Iterator[str]:
    """What the lab's own projects name; the logs there are full of what C libraries really define."""
    with (LINKS / "truth.csv").open(newline="") as stream:
        for row in csv.DictReader(stream):
            name = row["symbol"]
            if (
                row["cause"] not in OF_LIBRARIES
                and re.fullmatch(r"[a-z]\w+", name)
                and is_telling(name)
            ):
                yield name


def packages() -> Iterator[str]:
    for path in DATA.rglob("Cargo.toml"):
        yield from _PACKAGE.findall(text_of(path))


def source_names() -> Iterator[str]:
    """Source files, with and without ending, and what they define."""
    for path in [*DATA.rglob("*.c"), *DATA.rglob("*.rs"), *DATA.rglob("*.h")]:
        yield from (path.name, path.stem)
        pattern = _RUST_ITEM if path.suffix == ".rs" else _C_FUNCTION
        yield from (match["name"] for match in pattern.finditer(text_of(path)))


def images_and_titles() -> Iterator[str]:
    for path in DATA.rglob("*Dockerfile*"):
        if path.is_file():
            yield from _IMAGE.findall(text_of(path))
    for path in DATA.rglob("case.toml"):
        yield tomllib.loads(text_of(path))["title"]


def figures() -> Iterator[str]:
    """Hashes in the names of objects, and their sizes in bytes where these have five digits."""
    for path in DATA.glob("*/objects/**/*"):
        yield from _HASH.findall(path.as_posix())
        if path.is_file() and path.stat().st_size >= 10_000:
            yield str(path.stat().st_size)


KINDS = {
    "case folders": case_folders,
    "symbols": symbols,
    "packages": packages,
    "sources": source_names,
    "images and titles": images_and_titles,
    "figures": figures,
}


@cache
def names(kind: str) -> frozenset[str]:
    """The telling names of one kind: composed ones, and whole words that are not ordinary."""
    found = set(KINDS[kind]()) - ORDINARY.keys()
    if kind == "sources":
        return frozenset(name for name in found if is_telling(name))
    return frozenset(name for name in found if len(name) >= _MIN_LENGTH)


@cache
def pattern(kind: str) -> re.Pattern[str]:
    """Any of the names as a whole word; `-` and `_` count as one, as crates are spelled both ways."""
    spelled = (re.escape(name).replace(r"\-", "[-_]") for name in sorted(names(kind), reverse=True))
    return re.compile(rf"(?<![\w-])(?:{'|'.join(spelled)})(?![\w-])", re.IGNORECASE)


def traces(text: str, kind: str) -> list[str]:
    """Where a name of that kind stands: `line: name`."""
    hits = pattern(kind).finditer(text)
    return [f"line {text.count(chr(10), 0, hit.start()) + 1}: {hit[0]}" for hit in hits]


@pytest.mark.parametrize("kind", KINDS)
def test_no_name_of_data_stands_in_diag(kind: str) -> None:
    """Every file of diag/, modules and tables alike."""
    found = {
        path.relative_to(ROOT).as_posix(): told
        for path in SOURCES
        if (told := traces(text_of(path), kind))
    }
    assert found == {}


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_really_collected(kind: str) -> None:
    """Each kind yields names, and each name is found when it is put into a line of code."""
    assert names(kind)
    for name in names(kind):
        assert traces(f'x = 1\nif wanted == "{name}":', kind) == [f"line 2: {name}"]


def test_the_incident_is_among_them() -> None:
    """The symbol, package and sources that the first incident turns on are collected."""
    logs = "\n".join(text_of(path) for path in DATA.glob("avx512-link/before/*.log"))
    assert names("symbols") & set(re.findall(r"\w+_avx512\b", logs))
    assert any("-" in name for name in names("packages"))
    assert {path.stem for path in DATA.rglob("*.c") if is_telling(path.stem)} <= names("sources")


def test_the_list_of_ordinary_words_stays_short() -> None:
    """Each is really a name in data/ (else it need not be listed), and there are few."""
    collected = {name for kind in KINDS.values() for name in kind()}
    assert len(ORDINARY) <= 12
    assert ORDINARY.keys() <= collected
