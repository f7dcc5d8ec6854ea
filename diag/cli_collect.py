"""`diag collect`: a case folder, or a tar of it, from what is at hand of one build."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from diag.cli_build import build_options, given_to_build
from diag.cli_output import (
    by_platform,
    case_of,
    complete_platform_paths,
    engine_given,
    redact_option,
    source_of,
)
from diag.cli_progress import reading_progress

if TYPE_CHECKING:
    from diag.collect import Collected

MIB = 1 << 20
MAX_TOLD = 8


@click.command("collect", short_help="Pack what is at hand of a failure into a case folder.")
@click.argument("case", metavar="[CASE|LOG|-]", required=False)
@click.option(
    "--log", "logs", multiple=True, metavar="[PLATFORM=]FILE", help="A build log; repeatable.",
    shell_complete=complete_platform_paths,
)  # fmt: skip
@click.option("--dockerfile", metavar="FILE", help="The Dockerfile as built.")
@click.option(
    "--objects", "objects", multiple=True, metavar="[PLATFORM=]PATH",
    help="Objects, archives, binaries, or a folder of them; repeatable.",
    shell_complete=complete_platform_paths,
)  # fmt: skip
@build_options
@click.option("--title", default="", help="What failed, in a few words.")
@click.option(
    "--out", "-o", default="case", show_default=True, metavar="DIR",
    help="Folder to make, or a file that ends in .tar.gz.",
)  # fmt: skip
@click.option(
    "--max-size", type=click.IntRange(min=0), default=512, show_default=True, metavar="MIB",
    help="Objects to pack at most, in MiB; those that the linker named come first.",
)  # fmt: skip
@redact_option
def collect_cmd(case: str | None, logs: Any, objects: Any, **options: Any) -> int:
    """Pack log, Dockerfile and objects of a failed build, so that others can judge it.

    What looks like a secret is masked in log and Dockerfile, line for line; of folders, only
    objects, archives, binaries and build scripts' output are taken. Nothing is executed.
    `diag investigate` says of the result what it says of the originals.

    Exit status: 0 packed, 2 bad usage, no usable input, or nowhere to write.
    """
    from diag.collect import collect
    from diag.show.redact import redactor_for

    if not (case or logs or objects or options["dockerfile"]):
        raise click.UsageError("give a build log, a case folder, or --log, --dockerfile, --objects")
    given = {"log": by_platform(logs), "objects": by_platform(objects)}
    if case == "-":
        given["log"].setdefault("", []).insert(0, source_of("-"))
    taken = case_of(
        "" if case in (None, "-") else case,
        **given,
        dockerfile=options["dockerfile"],
        title=options["title"],
        **given_to_build(options),
        engine=engine_given(options["engine"]),
    )
    mask = redactor_for(taken, is_on=options["is_redacted"])
    with reading_progress(then="packing") as taken.progress:
        found = collect(taken, options["out"], mask=mask, max_bytes=options["max_size"] * MIB)
    _tell(found, mask)
    return 0


def _tell(found: Collected, mask: Any) -> None:
    """What was packed and masked on standard output, what was left out on standard error."""
    from diag.show.text import as_text, counted

    for what, given, packed, size, n_masked in found.packed:
        if what != "object":
            masked = f", {counted(n_masked, 'line')} masked" if n_masked else ""
            click.echo(mask.text(as_text(f"{what}: {given} -> {packed}, {size:,} bytes{masked}")))
    objects = [row for row in found.packed if row[0] == "object"]
    if objects:
        n_bytes = sum(row[3] for row in objects)
        click.echo(f"objects: {counted(len(objects), 'file')}, {n_bytes:,} bytes")
    for row in found.left_out[:MAX_TOLD]:
        click.echo(mask.text(as_text(f"diag: {row['file']}: {row['reason']}")), err=True)
        if row.get("help"):
            click.echo(mask.text(as_text(f"  help: {row['help']}")), err=True)
    if len(found.left_out) > MAX_TOLD:
        click.echo(f"diag: {len(found.left_out) - MAX_TOLD} further ones left out", err=True)
    click.echo(f"{found.path}: look through it before you share it, then: {_next(str(found.path))}")


def _next(path: str) -> str:
    import shlex

    return f"diag investigate {shlex.quote(path)}"
