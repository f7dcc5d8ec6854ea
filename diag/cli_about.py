"""`diag explain` and `diag doctor`: what a cause means, and what is installed here."""

from __future__ import annotations

import shutil
import sys

import click

from diag.cli_output import format_option, output_option, write_json, write_screen, write_text

# What pip name, what import name is needed for what.
PACKAGES = (
    ("pandas", "every frame"),
    ("numpy", "symbol tables and instruction sets"),
    ("pyarrow", "symbol names, parquet"),
    ("pyelftools", "headers of objects and binaries"),
    ("iced-x86", "instruction sets of x86 code"),
    ("dockerfile-parse", "Dockerfiles"),
    ("tree-sitter-bash", "shell scripts in Dockerfiles"),
    ("pycxxfilt", "C++ and Rust names in clear"),
    ("matplotlib", "charts"),
    ("jinja2", "the HTML report"),
    ("rich", "tables in the terminal"),
    ("jupyterlab", "notebooks"),
)
# Programs that are not needed to investigate, and what each would bring.
PROGRAMS = (
    ("bwrap", "diag probe: the sandbox (package bubblewrap)"),
    ("dash", "diag probe: Debian's and Ubuntu's /bin/sh"),
    ("bash", "diag probe: bash, and bash --posix"),
    ("busybox", "diag probe: Alpine's /bin/sh"),
    ("docker", "logs: docker buildx build --progress=plain"),
    ("readelf", "tests: the oracle of object readers (package binutils)"),
    ("nm", "tests: the oracle of symbols (package binutils)"),
    ("objdump", "tests: the oracle of instruction sets (package binutils)"),
    ("gcc", "tests: fixtures are compiled with it"),
    ("chromium", "tests: the report in a real browser"),
)


@click.command("explain", short_help="Tell what a cause means; without one, list all.")
@click.argument("cause", required=False)
@output_option
def explain_cmd(cause: str | None, output: str | None) -> int:
    """Tell what CAUSE means, what refutes it, its fix and its limits; without it, list all."""
    if cause is not None:
        from diag.causes import explain

        write_text(explain(cause).rstrip("\n") + "\n", output)
        return 0
    from diag.causes import CATALOGUE
    from diag.show.frame_tables import table_of
    from diag.show.grid import frame_table

    rows = [(entry.id, entry.role, entry.texts.claim) for entry in CATALOGUE.values()]
    write_screen(frame_table(table_of(("cause", "role", "what it says"), rows)), output)
    return 0


@click.command("doctor", short_help="Say what is installed here and what is missing.")
@format_option("table", "json")
@output_option
def doctor_cmd(format_: str, output: str | None) -> int:
    """Say what is installed, what is missing, and what each missing part would bring."""
    rows = [_python(), *map(_package, PACKAGES), *map(_program, PROGRAMS)]
    columns = ("part", "found", "what it brings")
    if format_ == "json":
        write_json([dict(zip(columns, row, strict=True)) for row in rows], output)
        return 0
    from diag.show.frame_tables import table_of
    from diag.show.grid import frame_table

    shown = [(part, f"✔ {found}" if found else "✘ missing", what) for part, found, what in rows]
    write_screen(frame_table(table_of(columns, shown)), output)
    return 0


def _python() -> tuple[str, str, str]:
    return "python", ".".join(map(str, sys.version_info[:3])), f"runs diag ({sys.platform})"


def _package(entry: tuple[str, str]) -> tuple[str, str | None, str]:
    from importlib.metadata import PackageNotFoundError, version

    name, what = entry
    try:
        return name, version(name), what
    except PackageNotFoundError:
        return name, None, f"{what}: pip install {name}"


def _program(entry: tuple[str, str]) -> tuple[str, str | None, str]:
    name, what = entry
    return name, shutil.which(name), what
