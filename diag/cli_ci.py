"""A verdict for machines of continuous integration: GitHub's annotations and summary, SARIF."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import click

from diag.cli_output import write_json, write_text

if TYPE_CHECKING:
    from diag.case import Case
    from diag.show.places import Places, Roots
    from diag.show.redact import Redactor
    from diag.verdict import Verdict


def write_for_ci(
    verdict: Verdict, case: Case, mask: Redactor, *, format_: str, output: str | None, status: int
) -> None:
    """The verdict as `github` or `sarif`; `status` is the exit status that will follow."""
    from diag.show.places import Places

    places, roots = Places(verdict, case, mask.text), _roots()
    if format_ == "sarif":
        from diag.show.sarif import sarif_log

        write_json(sarif_log(places, roots, status=status), output)
        return
    _write_github(places, roots, output)


def _roots() -> Roots:
    """The work tree of the workflow where one is named and this folder lies in it; this folder."""
    from diag.show.places import Roots

    folder = Path.cwd()
    named = os.environ.get("GITHUB_WORKSPACE", "")
    top = Path(named).resolve() if named else folder
    is_within = top == folder or top in folder.parents
    return Roots(folder.as_posix(), (top if is_within else folder).as_posix())


def _write_github(places: Places, roots: Roots, output: str | None) -> None:
    """Annotations; the summary into the step's own file, or after them where there is none."""
    from diag.show.github import annotation_lines
    from diag.show.github_summary import summary_markdown

    lines = annotation_lines(places, roots)
    file = os.environ.get("GITHUB_STEP_SUMMARY", "")
    if not (file and _append_summary(file, places)):
        lines += ["", _no_commands(summary_markdown(places.verdict, places.case))]
    write_text("\n".join(lines).rstrip("\n") + "\n", output)


def _append_summary(file: str, places: Places) -> bool:
    """Whether it was written, behind what the step wrote before; else it is said why not."""
    from diag.show.github_summary import MAX_BYTES, summary_markdown

    reason = "what the step wrote before leaves no room"
    try:
        with Path(file).open("ab") as stream:
            gap = b"\n\n" if stream.tell() else b""
            room = MAX_BYTES - stream.tell() - len(gap)
            text = summary_markdown(places.verdict, places.case, room=room)
            if text:
                stream.write(gap + text.encode("utf-8", "replace"))
                return True
    except OSError as error:
        reason = error.strerror or type(error).__name__
    click.echo(f"diag: {file}: the summary cannot be written: {reason}", err=True)
    return False


def _no_commands(text: str) -> str:
    """The same for standard output, where a runner looks for commands: `::` at the beginning of a
    line, and the older `##[` anywhere."""
    lines = (f". {line}" if line.lstrip().startswith("::") else line for line in text.split("\n"))
    return "\n".join(lines).replace("##[", "## [")
