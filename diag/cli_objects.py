"""`diag symbols` and `diag isa`: what objects, archives and binaries hold."""

from __future__ import annotations

import difflib
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from diag.cli_output import (
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


@click.command(
    "symbols",
    short_help="Show the symbols of objects and archives.",
    context_settings={"ignore_unknown_options": True},  # those of a linker, between the files
)
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--name", metavar="X", help="Only this symbol, raw or demangled.")
@click.option("--details", is_flag=True, help="Show what the files say of themselves instead.")
@click.option("--why", metavar="X", help="Say who wants X, who defines it, and what follows.")
@format_option("table", "json", "csv", "parquet")
@output_option
def symbols_cmd(
    paths: tuple[str, ...],
    name: str | None,
    details: bool,
    why: str | None,
    format_: str,
    output: str | None,
) -> int:
    """Show the symbols of objects, archives, rlibs and binaries.

    Folders are walked, quoted patterns such as 'target/**/*.o' expanded; layer tars, image archives
    (docker save, OCI) and OCI layouts are read layer by layer. image.tar!/usr/lib takes what is in
    that folder of an image alone. --why takes the files as a link line, in their order, with --start-group,
    --end-group, --whole-archive, -L and -l among them; the exit status is 1 where a link of them
    fails over X. --details shows libraries, versions, attributes, properties and sections.
    """
    if details:
        return _tell_details(paths, name, format_, output)
    from diag.read.objects import scan_objects

    line, files = _link_files(paths)
    scan = scan_objects(files, with_sections=why is not None)
    _tell(scan.errors)
    if scan.objects["format"].isin(["text", "unknown"]).all():
        raise InputError(
            "no object, archive or binary can be read there",
            file=", ".join(files),
            help="give .o, .a, .rlib or linked files, or a folder that holds some",
        )
    wanted = why or name
    symbols = scan.symbols if wanted is None else _named(scan.symbols, wanted)
    if why is not None and format_ == "table":
        return _tell_why(line, scan, symbols, output)
    write_frame(symbols, format_, output, _df_symbols(symbols))
    return 0


def _tell_details(
    paths: tuple[str, ...], name: str | None, format_: str, output: str | None
) -> int:
    """Print the frame `details`, or the rows of one name in it."""
    from diag import schema
    from diag.read.details import read_details

    found = read_details(*paths)
    _tell(schema.make("errors", found.attrs.pop("errors", [])))
    if found.empty:
        raise InputError(
            "no object, archive or binary can be read there",
            file=", ".join(paths),
            help="give .o, .a, .rlib or linked files, or a folder that holds some",
        )
    if name is not None:
        found = found[found["name"] == name]
    columns = ["kind", "name", "value_text", "size_bytes", "file", "member"]
    table = found[columns].rename(columns={"value_text": "value", "size_bytes": "bytes"})
    write_frame(found, format_, output, table)
    return 0


def _tell(errors: pd.DataFrame) -> None:
    from diag.show.redact import Redactor

    tell_errors(errors, Redactor())


def _named(symbols: pd.DataFrame, wanted: str) -> pd.DataFrame:
    """Rows of the symbol of that raw name, or else of that name in another spelling."""
    from diag.read.name_table import find_symbol

    own = find_symbol(symbols, wanted)
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


def _link_files(words: tuple[str, ...]) -> tuple[Any, list[str]]:
    """(the link line, the files and folders to read); words of a linker may stand between."""
    from diag.join.link_line import parse_link_line

    words = _expanded(words)
    beside = [
        str(path)
        for word in words
        if word.startswith("-L") and Path(word[2:]).is_dir()
        for path in sorted(Path(word[2:]).iterdir())
    ]
    line = parse_link_line(words, beside)
    if line.flags:
        raise click.NoSuchOption(line.flags[0])
    if line.missing:
        name = line.missing[0].removeprefix("-l")
        help = f"there is no lib{name}.so or lib{name}.a in them: give -L with its folder before -l"
        raise InputError(f"{line.missing[0]}: not found in the -L folders", help=help)
    return line, list(dict.fromkeys(given.file for given in line.inputs))


def _expanded(words: tuple[str, ...]) -> tuple[str, ...]:
    """The words with patterns as the files that they name, as if the shell had done it."""
    from diag.read.globs import expand
    from diag.read.sources import inside_of

    found: list[str] = []
    for word in words:
        is_path = not word.startswith("-") and inside_of(word) is None
        found += (expand(word) if is_path else None) or [word]
    return tuple(found)


def _tell_why(line: Any, scan: Scan, symbols: pd.DataFrame, output: str | None) -> int:
    """Print why the symbol is satisfied or open, for each machine that has to do with it."""
    from diag.join.link_units import units_of
    from diag.join.why import explain
    from diag.read.layers import is_member
    from diag.show.why import is_open, why_screen

    units = units_of(scan.objects, scan.symbols)
    line = line.of_files(list(units.of_file), is_member)
    whys = [
        explain(raw, line, units, arch)
        for raw in symbols["name"].unique()
        for arch in symbols.loc[symbols["name"] == raw, "arch"].unique()
    ]
    write_screen(why_screen(whys, is_ordered=line.is_ordered), output)
    return int(any(is_open(why, is_ordered=line.is_ordered) for why in whys))


@click.command("isa", short_help="Show which functions use which instructions.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option("--extension", metavar="X", help="Only extensions that begin so, such as avx512.")
@click.option("--baseline", metavar="B", help="Only functions beyond x86-64-v2, armv8.1-a+sve, ...")
@format_option("table", "json", "csv", "parquet")
@output_option
def isa_cmd(
    paths: tuple[str, ...],
    extension: str | None,
    baseline: str | None,
    format_: str,
    output: str | None,
) -> int:
    """Show what each file needs of a processor, and which functions need it.

    PATH: objects, archives, binaries, folders, quoted patterns, layer tars, image archives, as for
    `diag symbols`.

    Alone: the baseline of each file, such as x86-64-v3+aes, by the functions that nothing shows to
    be guarded by a test at run time. --extension lists the functions that use it. --baseline lists
    those that exceed it; the exit status is 1 where one of them is not guarded.
    """
    from diag.read.isa import read_isa

    if extension is not None and baseline is not None:
        raise click.UsageError("--extension or --baseline, not both")
    if baseline is not None:
        from diag.join.isa_levels import parse_baseline

        parse_baseline(baseline)  # before the work
    is_listed = extension is not None
    isa = read_isa(
        *paths, extension=extension, beyond_floor=not is_listed, with_guards=not is_listed
    )
    _tell_isa_errors(isa, paths)
    if baseline is not None:
        return _tell_exceeding(isa, baseline, format_, output)
    if is_listed or format_ != "table":
        return _tell_uses(isa, extension, format_, output)
    return _tell_baselines(isa, output)


def _tell_isa_errors(isa: pd.DataFrame, paths: tuple[str, ...]) -> None:
    from diag import schema

    problems = isa.attrs.get("errors", [])
    _tell(schema.make("errors", problems))
    if not isa.attrs["code"] and problems:
        raise InputError("no machine code can be read there", file=", ".join(paths))


def _tell_uses(isa: pd.DataFrame, extension: str | None, format_: str, output: str | None) -> int:
    """The functions that use an extension, one row for each."""
    if isa.empty and format_ == "table":
        named = f" of an extension that begins with {extension!r}" if extension else ""
        click.echo(f"no instruction{named} is found", err=True)
        return 0
    columns = ["extension", "n_instructions", "function", "file", "member"]
    table = isa[columns].rename(columns={"n_instructions": "instructions"})
    write_frame(isa, format_, output, table)
    return 0


def _tell_exceeding(isa: pd.DataFrame, baseline: str, format_: str, output: str | None) -> int:
    """The functions beyond the baseline; 1 where nothing guards one of them."""
    from diag.join.isa_levels import df_exceeding, parse_baseline
    from diag.show.isa import exceeding_screen

    arch, _ = parse_baseline(baseline)
    others = sorted({code[3] for code in isa.attrs["code"]} - {arch})
    if others:
        click.echo(f"{baseline} is of {arch}: code of {', '.join(others)} is not judged", err=True)
    exceeding = df_exceeding(isa, baseline)
    if format_ == "table":
        write_screen(exceeding_screen(exceeding, baseline), output)
    else:
        write_frame(exceeding, format_, output)
    return int(exceeding["guard"].isna().any())


def _tell_baselines(isa: pd.DataFrame, output: str | None) -> int:
    import pandas as pd

    from diag.join.isa_levels import df_baselines
    from diag.show.isa import baselines_screen

    code = pd.DataFrame(isa.attrs["code"], columns=["file", "member", "member_no", "arch"])
    if code.empty:
        click.echo("no machine code of x86, AArch64 or ARM is found", err=True)
        return 0
    write_screen(baselines_screen(df_baselines(isa, code)), output)
    return 0
