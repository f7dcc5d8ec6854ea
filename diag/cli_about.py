"""`diag explain`, `diag doctor`, `diag completion`: what a cause means, what is installed here."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator
from typing import Any

import click

from diag.cli_output import (
    complete_causes,
    format_option,
    output_option,
    write_json,
    write_screen,
    write_text,
)

FAILURE = 1
PYTHON = "3.11"  # the least; as in pyproject.toml
SHELLS = ("bash", "zsh", "fish")


@click.command("explain", short_help="Tell what a cause means; without one, list all.")
@click.argument("cause", required=False, shell_complete=complete_causes)
@output_option
def explain_cmd(cause: str | None, output: str | None) -> int:
    """Tell what CAUSE means, what refutes it, its fix and its limits; without it, list all."""
    if cause is not None:
        from diag.causes import explain
        from diag.causes.explanation import WIDTH
        from diag.show.console import console_for
        from diag.show.page import page_screen

        width = WIDTH if output else min(console_for().width, WIDTH)
        write_screen(page_screen(explain(cause, width=width)), output)
        return 0
    from diag.causes import CATALOGUE
    from diag.show.frame_tables import table_of
    from diag.show.grid import frame_table

    rows = [(entry.id, entry.role, entry.texts.claim) for entry in CATALOGUE.values()]
    write_screen(frame_table(table_of(("cause", "role", "what it says"), rows)), output)
    return 0


@click.command("completion", short_help="Print the script that lets a shell complete diag's words.")
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion_cmd(ctx: click.Context, shell: str) -> int:
    """Print the script that lets SHELL complete commands, options, files, causes and platforms.

    \b
    eval "$(diag completion bash)"            in ~/.bashrc
    eval "$(diag completion zsh)"             in ~/.zshrc
    diag completion fish | source             in ~/.config/fish/config.fish
    """
    from click.shell_completion import get_completion_class

    kind = get_completion_class(shell)
    assert kind is not None
    write_text(kind(ctx.find_root().command, {}, "diag", "_DIAG_COMPLETE").source(), None)
    return 0


@click.command("doctor", short_help="Say what is installed here and what is missing.")
@format_option("table", "json")
@output_option
def doctor_cmd(format_: str, output: str | None) -> int:
    """Say what is installed, what is missing, what each missing part would bring and how to get it.

    Exit status: 0 all that diag needs is here, 1 some of it is not, or is too old.
    """
    rows = list(_parts())
    if format_ == "json":
        write_json(rows, output)
        return _status(rows)
    try:
        from diag.show.doctor import doctor_screen
    except ImportError:  # what draws is itself what is missing
        lines = [f"{r['status']:8} {r['part']:16} {r['what it brings']}; {r['get']}" for r in rows]
        write_text("\n".join(lines) + "\n", output)
        return _status(rows)
    write_screen(doctor_screen(rows), output)
    return _status(rows)


def _status(rows: list[dict[str, Any]]) -> int:
    return FAILURE if any(row["needed"] and row["status"] != "ok" for row in rows) else 0


def _parts() -> Iterator[dict[str, Any]]:
    """Every part: as docs/schemas/doctor.schema.json has it."""
    from diag.knowledge import table

    known = table("parts")
    version = ".".join(map(str, sys.version_info[:3]))
    yield _row(
        "diag", "python", version, f"runs diag ({sys.platform})", PYTHON, "apt install python3"
    )
    for name, part in known["packages"].items():
        least = part.get("least")
        yield _row("diag", name, _version(name), part["brings"], least, _install(name, least))
    yield from _here()
    for group, kind in (("optional", "programs"), ("tests", "tests")):
        for name, part in known[kind].items():
            found = shutil.which(name)
            yield _row(group, name, found, part["brings"], None, f"apt install {part['apt']}")


def _here() -> Iterator[dict[str, Any]]:
    """What is no package and no program: the locale's encoding, the kernel of notebooks."""
    encoding = (sys.stdout.encoding or "").lower().replace("_", "-")
    brings = "signs and all scripts as they are; without it they are spelled in ASCII"
    found = encoding if encoding in ("utf-8", "utf8") else None
    yield _row("here", "UTF-8", found, brings, None, "export LC_ALL=C.UTF-8 PYTHONIOENCODING=utf-8")
    get = f"{_quoted(sys.executable)} -m ipykernel install --sys-prefix"
    brings = "notebooks in JupyterLab run with a kernel of this name"
    yield _row("here", "kernel python3", _kernel(), brings, None, get)


def _row(
    group: str, part: str, found: str | None, brings: str, least: str | None, get: str
) -> dict[str, Any]:
    status = "missing" if found is None else "ok"
    if found is not None and least is not None and _numbers(found) < _numbers(least):
        status = "too old"
    row = {"part": part, "found": found, "what it brings": brings, "group": group}
    return {**row, "needed": group == "diag", "status": status, "least": least, "get": get}


def _version(name: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(name)
    except PackageNotFoundError:
        return None


def _kernel() -> str | None:
    """What the kernel calls itself that notebooks name."""
    try:
        from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
    except ImportError:
        return None
    try:
        return str(KernelSpecManager().get_kernel_spec("python3").display_name)
    except (NoSuchKernel, OSError, ValueError):
        return None


def _install(name: str, least: str | None) -> str:
    """By the manager that this Python belongs to."""
    wanted = f"'{name}>={least}'" if least else name
    if os.environ.get("CONDA_PREFIX") and sys.prefix == os.environ["CONDA_PREFIX"]:
        return f"conda install {wanted}"
    return f"{_quoted(sys.executable)} -m pip install {wanted}"


def _quoted(path: str) -> str:
    import shlex

    return shlex.quote(path)


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with: 2.0.1rc1 has (2, 0, 1)."""
    found = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, found[0].split("."))) if found else ()
