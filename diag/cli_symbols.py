"""`diag symbols`: who wants a symbol, who defines it, and what the files say of themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diag.cli_link import LinkWords, link_files, whys_of
from diag.cli_output import (
    MAX_TABLE_ROWS,
    format_option,
    output_option,
    refuse_unreadable,
    tell,
    write_frame,
    write_json,
    write_screen,
)
from diag.cli_progress import reading_progress
from diag.errors import InputError

if TYPE_CHECKING:
    import pandas as pd

    from diag.read.objects import Scan

FAILURE = 1
_NAMELESS = ("SECTION", "FILE")
_NOTHING = "no object, archive or binary can be read there"
_GIVE = "give .o, .a, .rlib or linked files, or a folder that holds some"


@click.command(
    "symbols",
    cls=LinkWords,
    short_help="Show the symbols of objects and archives.",
    context_settings={"ignore_unknown_options": True},  # those of a linker, between the files
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--name", metavar="X", help="Only this symbol, raw or demangled.")
@click.option("--details", is_flag=True, help="Show what the files say of themselves instead.")
@click.option("--why", metavar="X", help="Say who wants X, who defines it, and what follows.")
@click.option("--demangle", "-C", is_flag=True, help="Show demangled names beside raw ones.")
@format_option("table", "json", "csv", "parquet")
@output_option
def symbols_cmd(
    paths: tuple[str, ...],
    name: str | None,
    details: bool,
    why: str | None,
    demangle: bool,
    format_: str,
    output: str | None,
) -> int:
    """Show the symbols of objects, archives, rlibs and binaries.

    Folders are walked, quoted patterns such as 'target/**/*.o' expanded; layer tars, image archives
    (docker save, OCI) and OCI layouts are read layer by layer. image.tar!/usr/lib takes what is in
    that folder of an image alone. --why takes the files as a link line, in their order, with a linker's words
    among them (--start-group, --whole-archive, --start-lib, -L, -l, -u, --defsym, --wrap; -Wl,... as well),
    and follows linker scripts; its JSON has the verdict for each machine and linker.
    --details shows libraries, versions, attributes, properties and sections.

    Exit status: 0 shown; 1 where a link of the files fails over X, or where no file given wants or
    defines it; 2 bad usage, or no file whose symbols can be read.
    """
    if details:
        return _tell_details(paths, name, format_, output)
    from diag.read.objects import scan_objects

    line, files = link_files(paths)
    with reading_progress():
        scan = scan_objects(files, with_sections=why is not None)
    _tell_unread(scan, files)
    wanted = name if why is None else why
    symbols = scan.symbols if wanted is None else _named(scan.symbols, wanted)
    if why is not None and format_ in ("table", "json"):
        return _tell_why(why, line, scan, symbols, format_, output)
    _write_symbols(symbols, format_, output, is_all=wanted is None, demangle=demangle)
    return FAILURE if wanted is not None and symbols.empty else 0


def _tell_unread(scan: Scan, files: list[str]) -> None:
    """What has no symbols that are read here; InputError where that is all of it."""
    from diag.show.unread import unread_lines

    tell(scan.errors)
    formats = scan.objects["format"]
    lines = unread_lines(scan.objects, scan.symbols)
    for text in lines:
        click.echo(text, err=True)
    if formats.isin(["text", "unknown"]).all():
        refuse_unreadable(files, scan.errors, _NOTHING, _GIVE)
    if lines and scan.symbols.empty and not (formats == "elf").any():
        help = "build for Linux, or without LTO (-fno-lto), or read them with llvm-nm"
        raise InputError("no symbols of ELF are there", file=", ".join(files), help=help)


def _write_symbols(
    symbols: pd.DataFrame, format_: str, output: str | None, *, is_all: bool, demangle: bool
) -> None:
    """In a table sections and files are left out of all symbols, and what every row has alike."""
    if format_ == "table":
        shown = symbols[(symbols["name"] != "") & ~symbols["type"].isin(_NAMELESS)]
        shown = shown if is_all else symbols
        table = _df_symbols(shown, output, demangle=demangle)
        if len(shown):
            write_frame(shown, format_, output, table)
        if len(shown) < len(symbols):
            left = f"{len(symbols) - len(shown):,} of sections, of files or without a name"
            click.echo(f"left out: {left}; --format csv or json has them", err=True)
        return
    if demangle:
        symbols = symbols.assign(demangled=_demangled(symbols["name"]))
    write_frame(symbols, format_, output)


def _demangled(names: pd.Series) -> pd.Series:
    from diag.read.names import demangle

    return names.map(demangle).astype("str")


def _df_symbols(symbols: pd.DataFrame, output: str | None, *, demangle: bool) -> pd.DataFrame:
    """The few columns of a table; demangled names where they are asked for or there is room."""
    columns = ["name", "is_defined", "bind", "type", "size_bytes", "arch", "file", "member"]
    columns += ["table"] if symbols["table"].nunique() > 1 else []
    state = symbols["is_defined"].map({True: "defined", False: "wanted"}).astype("str")
    table = symbols[columns].assign(is_defined=state)
    table = table.rename(columns={"is_defined": "state", "size_bytes": "bytes"})
    shown = symbols["name"] if output else symbols["name"].head(MAX_TABLE_ROWS)
    texts = _demangled(shown)
    if (texts == shown).all():
        return table
    wide = table.copy()
    wide.insert(1, "demangled", texts.reindex(table.index).fillna(""))
    return wide if demangle or _fits(wide.head(len(shown))) else table


def _fits(table: pd.DataFrame) -> bool:
    """Whether no cell has to be folded."""
    import sys

    from diag.show.grid import GAP
    from diag.show.terminal import console_for

    lengths = (table[name].astype(str).str.len().max() for name in table.columns)
    widths = (
        max(len(name), int(length))
        for name, length in zip(map(str, table.columns), lengths, strict=True)
    )
    return sum(width + GAP for width in widths) <= console_for(sys.stdout).width


def _tell_details(
    paths: tuple[str, ...], name: str | None, format_: str, output: str | None
) -> int:
    """Print the frame `details`, or the rows of one name in it."""
    from diag import schema
    from diag.read.details import read_details

    with reading_progress():
        found = read_details(*paths)
    errors = schema.make("errors", found.attrs.pop("errors", []))
    tell(errors)
    if found.empty:
        refuse_unreadable(paths, errors, _NOTHING, _GIVE)
    if name is not None:
        found = found[found["name"] == name]
    if name is not None and found.empty:
        told = f"diag: none of the facts is named {name!r}: they are about libraries, versions, "
        told += "properties and sections"
        click.echo(f"{told}\n  help: for a symbol leave --details out", err=True)
    columns = ["kind", "name", "value_text", "size_bytes", "file", "member"]
    table = found[columns].rename(columns={"value_text": "value", "size_bytes": "bytes"})
    if len(found) or format_ != "table":
        write_frame(found, format_, output, table)
    return FAILURE if name is not None and found.empty else 0


def _named(symbols: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Rows of the symbol of that raw name, or else of that name in another spelling."""
    from diag.join.name_keys import near_names
    from diag.read.name_table import find_symbol

    own = find_symbol(symbols, wanted)
    if own.empty:
        near = near_names(symbols, wanted)
        hint = f"near names: {'; '.join(near)}" if near else "no near name is there either"
        told = f"diag: no object given wants or defines {wanted!r}\n  help: {hint}"
        click.echo(told, err=True)
    return own


def _tell_why(
    asked: str, line: Any, scan: Scan, symbols: pd.DataFrame, format_: str, output: str | None
) -> int:
    """Print why the symbol is satisfied or open, for each machine that has to do with it."""
    from diag.join.link_units import units_of
    from diag.join.near import near_of
    from diag.read.layers import is_member
    from diag.show.why import is_open, why_screen
    from diag.show.why_json import why_json

    units = units_of(scan.objects, scan.symbols)
    line = line.of_files(list(units.of_file), is_member)
    whys = whys_of(symbols, line, units)
    near = {
        (why.name, why.arch): near_of(scan.symbols, why.name, why.arch, is_defined=bool(why.wants))
        for why in whys
        if not (why.wants and why.definitions)
    }
    if format_ == "json":
        write_json(why_json(asked, whys, near, is_ordered=line.is_ordered), output)
    elif whys:
        write_screen(why_screen(whys, near, is_ordered=line.is_ordered), output)
    return int(not whys or any(is_open(why, is_ordered=line.is_ordered) for why in whys))
