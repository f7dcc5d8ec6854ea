"""`diag symbols` and `diag isa`: what objects, archives and binaries hold."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

import click

from diag.cli_output import (
    MAX_TABLE_ROWS,
    format_option,
    output_option,
    tell_errors,
    write_frame,
    write_screen,
)
from diag.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from diag.read.objects import Scan


@click.command("symbols", short_help="Show the symbols of objects and archives.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--name", metavar="X", help="Only this symbol, raw or demangled.")
@click.option("--why", metavar="X", help="Say who wants X, who defines it, and what follows.")
@format_option("table", "json", "csv", "parquet")
@output_option
def symbols_cmd(
    paths: tuple[str, ...], name: str | None, why: str | None, format_: str, output: str | None
) -> int:
    """Show the symbols of objects, archives, rlibs and binaries.

    Folders are walked. With --why the exit status is 1 where X is wanted and not defined.
    """
    from diag.read.objects import scan_objects

    scan = scan_objects(paths)
    _tell(scan.errors)
    if scan.objects["format"].isin(["text", "unknown"]).all():
        raise InputError(
            "no object, archive or binary can be read there",
            file=", ".join(paths),
            help="give .o, .a, .rlib or linked files, or a folder that holds some",
        )
    wanted = why or name
    symbols = scan.symbols if wanted is None else _named(scan.symbols, wanted)
    if why is not None and format_ == "table":
        write_screen(_why(why, symbols, scan), output)
    else:
        write_frame(symbols, format_, output, _df_symbols(symbols))
    return int(why is not None and _is_open(symbols))


def _tell(errors: pd.DataFrame) -> None:
    from diag.show.redact import Redactor

    tell_errors(errors, Redactor())


def _named(symbols: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Rows of the symbol of that raw name, or else of that demangled name."""
    own = symbols[symbols["name"] == wanted]
    if len(own):
        return own
    if "(" in wanted or "::" in wanted:
        from diag.read.names import demangle

        names = [name for name in symbols["name"].unique() if name.startswith(("_Z", "_R", "?"))]
        same = [name for name in names if demangle(name) == wanted]
        own = symbols[symbols["name"].isin(same)]
    if len(own):
        return own
    near = difflib.get_close_matches(wanted, list(symbols["name"].unique()[:50_000]), n=3)
    hint = f"near names: {', '.join(near)}" if near else "no near name is there either"
    raise InputError(f"no object given wants or defines {wanted!r}", help=hint)


def _df_symbols(symbols: pd.DataFrame) -> pd.DataFrame:
    """The few columns of a table."""
    columns = ["name", "is_defined", "bind", "type", "size_bytes", "arch", "file", "member"]
    state = symbols["is_defined"].map({True: "defined", False: "wanted"}).astype("str")
    table = symbols[columns].assign(is_defined=state)
    return table.rename(columns={"is_defined": "state", "size_bytes": "bytes"})


def _is_open(symbols: pd.DataFrame) -> bool:
    """Some architecture wants it and none of its objects defines it (a weak want may stay open)."""
    wanted = symbols[~symbols["is_defined"] & (symbols["bind"] != "WEAK")]
    defined = symbols[symbols["is_defined"] & (symbols["bind"] != "LOCAL")]
    return bool(set(wanted["arch"]) - set(defined["arch"]))


def _why(name: str, symbols: pd.DataFrame, scan: Scan) -> Any:
    """Sentences for each architecture, then the rows."""
    from rich.console import Group
    from rich.text import Text

    from diag.show.grid import frame_table
    from diag.show.text import as_text

    said = [Text(as_text(line)) for line in _sentences(name, symbols, scan)]
    return Group(*said, Text(), frame_table(_df_symbols(symbols), limit=MAX_TABLE_ROWS))


def _sentences(name: str, symbols: pd.DataFrame, scan: Scan) -> list[str]:
    from diag.show.text import counted, listed

    told = []
    looked_at = scan.objects[scan.objects["kind"] != "archive"]
    for arch in dict.fromkeys(symbols["arch"]):
        own = symbols[symbols["arch"] == arch]
        total = counted(int((looked_at["arch"] == arch).sum()), "object")
        wanted, defined = _members(own, False), _members(own, True)
        hidden = own[own["is_defined"] & (own["bind"] == "LOCAL")]
        if wanted and not defined:
            told.append(
                f"{arch}: {name} is wanted by {listed(wanted)}; none of {total} defines it."
            )
        elif wanted:
            told.append(
                f"{arch}: {name} is wanted by {listed(wanted)} and defined by {listed(defined)}."
            )
        elif defined:
            told.append(
                f"{arch}: {name} is defined by {listed(defined)}; none of {total} wants it."
            )
        if len(hidden):
            places = listed(_members(own, True, "LOCAL"))
            told.append(
                f"{arch}: {places} defines it for itself only (LOCAL): no other object can use it."
            )
    return told


def _members(rows: pd.DataFrame, is_defined: bool, bind: str | None = None) -> list[str]:
    kept = rows[rows["is_defined"] == is_defined]
    kept = kept[kept["bind"] == bind] if bind else kept[kept["bind"] != "LOCAL"]
    names = [f"{f}({m})" if m else f for f, m in zip(kept["file"], kept["member"], strict=True)]
    return list(dict.fromkeys(names))


@click.command("isa", short_help="Show which functions use which instructions.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--extension", metavar="X", help="Only extensions that begin so, such as avx512.")
@format_option("table", "json", "csv", "parquet")
@output_option
def isa_cmd(paths: tuple[str, ...], extension: str | None, format_: str, output: str | None) -> int:
    """Show which functions use which instruction-set extensions."""
    from diag import schema
    from diag.read.isa import read_isa

    isa = read_isa(*paths, extension=extension)
    problems = isa.attrs.get("errors", [])
    _tell(schema.make("errors", problems))
    if isa.empty and problems:
        raise InputError("no machine code can be read there", file=", ".join(paths))
    if isa.empty and format_ == "table":
        named = f" of an extension that begins with {extension!r}" if extension else ""
        click.echo(f"no instruction{named} is found", err=True)
        return 0
    columns = ["extension", "n_instructions", "function", "file", "member"]
    table = isa[columns].rename(columns={"n_instructions": "instructions"})
    write_frame(isa, format_, output, table)
    return 0
