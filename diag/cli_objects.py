"""`diag isa`: what the code of objects, archives and binaries needs of a processor."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from diag.cli_output import (
    format_option,
    output_option,
    refuse_unreadable,
    tell,
    write_frame,
    write_screen,
)
from diag.cli_progress import reading_progress
from diag.errors import InputError

if TYPE_CHECKING:
    import pandas as pd


def _complete_extensions(ctx: click.Context, param: click.Parameter, word: str) -> list[str]:
    from diag.read.isa import known_extensions

    return [name for name in known_extensions() if name.startswith(word.lower())]


@click.command("isa", short_help="Show which functions use which instructions.")
@click.argument("paths", metavar="PATH...", nargs=-1, required=True)
@click.option(
    "--extension", metavar="X", help="Only functions that use an extension X, or one that begins so: avx512.",
    shell_complete=_complete_extensions,
)  # fmt: skip
@click.option(
    "--baseline", metavar="B", help="Only functions that exceed B: x86-64-v2, armv8.1-a+sve, ..."
)
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

    Without either option: what each file needs, such as x86-64+avx2, and the level that this fits, by
    the functions in which no test at run time is recognised. --extension lists the functions that use it.
    --baseline lists those that exceed it; the exit status is 1 where one of them is not guarded, 2
    where no code of its machine is there.

    Recognised as a test, in the function that calls or takes the address: __builtin_cpu_supports,
    CPUID, getauxval(AT_HWCAP), IFUNC. Not: variables that a program keeps by itself, such as
    OPENSSL_ia32cap_P of OpenSSL.
    """
    from diag.read.isa import read_isa

    if extension is not None and baseline is not None:
        raise click.UsageError("--extension or --baseline, not both")
    if baseline is not None:
        from diag.join.isa_levels import parse_baseline

        parse_baseline(baseline)  # before the work
    is_listed = extension is not None
    with reading_progress():
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
    """What could not be read; status 2 where that leaves no code to look at."""
    from diag import schema

    errors = schema.make("errors", isa.attrs.get("errors", []))
    tell(errors)
    if not isa.attrs["code"]:
        help = "give objects, archives or binaries, or a folder that holds some"
        refuse_unreadable(paths, errors, "no machine code of x86, AArch64 or ARM is there", help)


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
    if arch not in {code[3] for code in isa.attrs["code"]}:
        help = "give files of that machine, or a baseline of theirs"
        raise InputError(f"nothing is judged: there is no code of {arch}", help=help)
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
    write_screen(baselines_screen(df_baselines(isa, code)), output)
    return 0
