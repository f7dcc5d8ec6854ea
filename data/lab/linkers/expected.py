"""The rows of each case, linker by linker: see truth.py."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from cases import Case
from references import references
from toolbox import Linker
from truth import Row, row, undefined_rows

Maker = Callable[[Linker, Path, Case], list[Row]]


def expected(case: Case, linker: Linker, folder: Path, status: int) -> list[Row]:
    """What a log of this case holds; nothing where the link succeeded."""
    if status == 0:
        return []
    own = f"{case.name} {linker.family}", f"{case.name} {linker.flavour}"
    maker = next(_MAKERS[key] for key in (*own, case.name, case.kind) if key in _MAKERS)
    return maker(linker, folder, case)


def _undefined(linker: Linker, folder: Path, case: Case) -> list[Row]:
    name = {
        "calls": "calls.o",
        "debug": "debugged.o",
        "one": "one.o",
        "many": "crowd.o",
        "cxx": "cxx.o",
    }
    if case.name == "undefined-archive":
        return undefined_rows(linker, references(linker, folder, "calls.o", "libcalls.a"))
    refs = references(linker, folder, name[case.name.partition("-")[2]])
    if linker.family in ("lld", "rust-lld", "mold"):
        refs = [
            ref for ref in refs if ref.symbol not in ("__dso_handle", "___dso_handle")
        ]  # they define it themselves
    rows = undefined_rows(linker, refs)
    if linker.family == "ld.bfd" and case.name == "undefined-cxx":  # clang hides this symbol
        rows.append(row("hidden", linker, symbol="__dso_handle", object="out"))
    return rows


def _dso(linker: Linker, folder: Path, case: Case) -> list[Row]:
    """inner is defined in a library that the command does not name; ld names no function."""
    if linker.family == "ld.bfd":
        return [row("undefined", linker, symbol="inner", object="both.o")]
    refs = [ref for ref in references(linker, folder, "both.o") if ref.symbol == "inner"]
    return undefined_rows(linker, refs)


def _shared(linker: Linker, folder: Path, case: Case) -> list[Row]:
    return [row("undefined", linker, symbol="inner", object="libneedy.so")]


def _duplicate(linker: Linker, folder: Path, case: Case) -> list[Row]:
    """One row a further definition: its object; GNU ld names the function that it is in."""
    function = "twin" if linker.family == "ld.bfd" and linker.flavour != "h8300" else None
    symbol = "_twin" if linker.flavour == "macho" else "twin"
    places = {"two": [("second.o", None)], "three": [("second.o", None), ("third.o", None)],
              "archive": [("libtwin.a", "first.o")]}[case.name.partition("-")[2]]  # fmt: skip
    return [
        row("duplicate", linker, symbol=symbol, object=o, member=m, function=function)
        for o, m in places
    ]


def _object(name: str | None, kind: str | None = None) -> Maker:
    """One row of a file, of the case's kind unless the linker's words tell of another."""

    def make(linker: Linker, folder: Path, case: Case) -> list[Row]:
        return [row(kind or case.kind, linker, object=name)]

    return make


def _stale(linker: Linker, folder: Path, case: Case) -> list[Row]:
    """gcc's lto1 speaks, not the linker that called it."""
    return [row(case.kind, linker, object="stale.o") | {"linker": "collect2"}]


def _library(linker: Linker, folder: Path, case: Case) -> list[Row]:
    names = ["-lnosuch", "-lnorthis"] if case.name.endswith("two") else ["-lnosuch"]
    if linker.family == "mold":
        names = names[:1]  # stops at the first
    return [row(case.kind, linker, object=name) for name in names]


def _relocation(linker: Linker, folder: Path, case: Case) -> list[Row]:
    function = "get" if linker.family == "lld" or linker.family == "rust-lld" else None
    return [row(case.kind, linker, symbol="far", object="nopic.o", function=function)]


def _overflow(linker: Linker, folder: Path, case: Case) -> list[Row]:
    function = "_start" if linker.family == "ld.bfd" else None
    return [row(case.kind, linker, symbol="wide", object="narrow.o", function=function)]


def _version(linker: Linker, folder: Path, case: Case) -> list[Row]:
    name = "out" if linker.family == "ld.bfd" else "versioned.o"
    name = name if linker.family != "gold" else None
    return [row(case.kind, linker, symbol="api", object=name)]


def _hidden(linker: Linker, folder: Path, case: Case) -> list[Row]:
    rows = undefined_rows(linker, references(linker, folder, "hider.o"))
    if linker.family == "ld.bfd":
        rows.append(row("hidden", linker, symbol="secret", object="out"))
    return rows


def _discarded(linker: Linker, folder: Path, case: Case) -> list[Row]:
    symbol = ".text.pair" if linker.flavour != "elf-riscv64" else ".Llost"  # keeps local labels
    if linker.family == "gold" and linker.minor < 44:
        symbol = None  # a section's symbol has no name of its own
    return [row(case.kind, linker, symbol=symbol, object="loser.o")]


def _tls(linker: Linker, folder: Path, case: Case) -> list[Row]:
    name = "tls_def.o" if linker.family == "gold" else "tls_use.o"
    return [row(case.kind, linker, symbol="level", object=name)]


def _bitcode(linker: Linker, folder: Path, case: Case) -> list[Row]:
    return [row(case.kind, linker, object="newer.bc" if linker.major < 16 else None)]


def _script_symbol(linker: Linker, folder: Path, case: Case) -> list[Row]:
    name = "wanting.ld" if linker.family != "gold" else None
    return [row(case.kind, linker, symbol="missing_name", object=name)]


def _region(linker: Linker, folder: Path, case: Case) -> list[Row]:
    name = "out" if linker.family == "ld.bfd" else None
    return [row(case.kind, linker, object=name, section=".text")]


def _other(linker: Linker, folder: Path, case: Case) -> list[Row]:
    return [row(case.kind, linker)]


_MAKERS: dict[str, Maker] = {
    "undefined": _undefined,
    "undefined-dso": _dso,
    "undefined-shared": _shared,
    "duplicate": _duplicate,
    "wrong_arch": _object("foreign.o"),
    "relocation": _relocation,
    "overflow": _overflow,
    "library_not_found": _library,
    "library_not_found-lib": _object("nosuch.lib"),
    "object_not_found": _object("nosuch.o"),
    "version": _version,
    "hidden": _hidden,
    "discarded": _discarded,
    "tls": _tls,
    "lto-version": _stale,
    "lto-bitcode": _object("newer.bc"),
    "format": _object("cut.o"),
    "script-garbage": _object("garbage.o"),
    "script-syntax": _object("broken.ld"),
    "script-map": _object("bad.map"),
    "script-absent": _object("absent.map"),
    "script-region": _region,
    "script-undefined": _script_symbol,
    "other": _other,
    # What these say tells less, or more, than the others say.
    "wrong_arch-object avr": _object("foreign.o", "format"),
    "wrong_arch-object elf-arm": _object("foreign.o", "format"),
    "wrong_arch-object h8300": _object("foreign.o", "format"),
    "wrong_arch-object wasm": _object("foreign.o", "format"),
    "lto-bitcode ld.bfd": _object("newer.bc", "format"),
    "lto-bitcode gold": _object("newer.bc", "format"),
    "script-garbage gold": _object("garbage.o", "format"),
    "script-garbage coff": _object("garbage.o", "format"),
    "script-garbage macho": _object("garbage.o", "format"),
    "script-garbage wasm": _object("garbage.o", "format"),
    "format-cut gold": _object(None, "other"),
    "lto-bitcode lld": _bitcode,
    "script-region mold": _object("small.ld"),
    "script-undefined mold": _object("wanting.ld"),
    "other-option coff": _object("/nosuchoption:1", "object_not_found"),
}
