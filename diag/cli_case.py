"""`diag investigate` and `diag compare`: from a case to a verdict, from two to what changed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from diag.cli_build import build_options, given_to_build
from diag.cli_notebook import notebook_options, prepare_notebook, write_asked_notebook
from diag.cli_output import (
    by_platform,
    case_of,
    complete_causes,
    complete_platform_paths,
    engine_given,
    format_option,
    output_option,
    redact_option,
    tell_errors,
    write_json,
    write_screen,
    write_text,
)
from diag.cli_progress import reading_progress
from diag.cli_tar import names_in_tars
from diag.cli_targets import note_written
from diag.cli_words import command_typed

if TYPE_CHECKING:
    from diag.case import Case
    from diag.verdict import Verdict


@click.command("investigate", short_help="Say why a build failed, platform by platform.")
@click.argument("case", metavar="[CASE|LOG|-]", required=False)
@click.option(
    "--log", "logs", multiple=True, metavar="[PLATFORM=]FILE", help="A build log; repeatable.",
    shell_complete=complete_platform_paths,
)  # fmt: skip
@click.option("--dockerfile", metavar="FILE", help="The Dockerfile as built.")
@click.option(
    "--objects", "objects", multiple=True, metavar="[PLATFORM=]PATH",
    help="Objects, archives, binaries, folders, patterns, layer tars, images; repeatable.",
    shell_complete=complete_platform_paths,
)  # fmt: skip
@build_options
@click.option(
    "--claim", "claims", multiple=True, metavar="ID",
    help="An explanation to judge (`diag explain` lists them); repeatable.",
    shell_complete=complete_causes,
)  # fmt: skip
@click.option(
    "--html", "html", metavar="FILE", help="Write the verdict as a self-contained page too."
)
@notebook_options
@format_option("table", "json", "github", "sarif")
@output_option
@redact_option
def investigate_cmd(case: str | None, logs: Any, objects: Any, **options: Any) -> int:
    """Say why a build failed, platform by platform.

    LOG is a build log, `-` a log on standard input; CASE a folder with a case.toml, or a tar of
    `diag collect`. The log alone is enough to begin with; what is missing is named, with the
    command that gets it.

    \b
    diag investigate build.log
    diag investigate build.log --dockerfile Dockerfile --objects linux/amd64=target/
    diag investigate --log linux/amd64=amd64.log --log linux/arm64=arm64.log

    Exit status: 0 no failure found, 1 a failure, explained or not, or nothing decided, 2 bad usage
    or no usable input.
    """
    if not (case or logs or objects or options["dockerfile"]):
        raise click.UsageError("give a case folder, a build log, or --log, --dockerfile, --objects")
    _check_claims(options["claims"])
    of_build = given_to_build(options)
    taken = case_of(
        case or "",
        log=by_platform(logs),
        objects=by_platform(objects),
        dockerfile=options["dockerfile"],
        **of_build,
        engine=engine_given(options["engine"]),
    )
    prepare_notebook(taken, options)
    with reading_progress() as taken.progress:
        verdict = taken.diagnose(claims=options["claims"])
    status = _show_verdict(taken, verdict, options)
    if options["notebook"]:
        write_asked_notebook(taken, case, logs, objects, of_build, options)
        note_written(options["notebook"])
    return status


def _check_claims(claims: tuple[str, ...]) -> None:
    """InputError for an id that is not known, before anything is read or waited for."""
    from diag.causes import CATALOGUE
    from diag.causes.explanation import unknown_cause

    for claim in claims:
        if claim not in CATALOGUE:
            raise unknown_cause(CATALOGUE, claim)


def _show_verdict(case: Case, verdict: Verdict, options: Any) -> int:
    from diag.show.redact import redactor_for

    mask = replace(redactor_for(case, is_on=options["is_redacted"]), renamed=names_in_tars())
    verdict = mask.data(verdict)
    tell_errors(verdict.errors, mask)
    if options["html"]:
        from diag.show.report import write_report

        write_report(options["html"], case, verdict, mask=mask, command=command_typed(mask))
        note_written(options["html"])
    status = 0 if verdict.outcome == "no_failure" else 1
    format_, output = options["format_"], options["output"]
    if format_ == "json":
        write_json(verdict.to_json(), output)
    elif format_ in ("github", "sarif"):
        from diag.cli_ci import write_for_ci

        write_for_ci(verdict, case, mask, format_=format_, output=output, status=status)
    else:
        from diag.show.terminal import verdict_screen

        write_screen(verdict_screen(verdict, case), output)
    return status


@click.command("compare", short_help="Say what a change did to a failure and its cause.")
@click.argument("before")
@click.argument("after")
@click.argument("reverted", required=False)
@format_option("table", "json", "html")
@output_option
@redact_option
def compare_cmd(
    before: str,
    after: str,
    reverted: str | None,
    format_: str,
    output: str | None,
    is_redacted: bool,
) -> int:
    """Say what a change did: cured, masked, moved, unproven or worse.

    BEFORE is the build without the change, AFTER the build with it, REVERTED the build with the
    change taken out again: each a build log, or a folder with a case.toml.

    \b
    cured     the cause is gone
    masked    it links and is no cure: the cause is hidden, or the program dies
    moved     another failure took its place
    unproven  the evidence does not show that the cause is gone
    worse     a failure that was not there before

    With it stands what it consists of: who defines the name now and in how many bytes, or which
    references went; a stub and a call that was removed count as cured too.

    Exit status: 0 cured, 1 anything else, 2 bad usage or no usable input.
    """
    from diag.compare import compare
    from diag.show.redact import Redactor, redactor_for

    cases = [case_of(path) for path in (before, after, reverted) if path]
    with reading_progress() as progress:
        for case in cases:
            case.progress = progress
        comparison = compare(cases[0], cases[1], cases[2] if len(cases) > 2 else None)
    known = [redactor_for(case, is_on=is_redacted).literals for case in cases]
    mask = Redactor(frozenset().union(*known), is_redacted, names_in_tars())
    comparison = mask.data(comparison)
    for case in cases:
        tell_errors(case.errors, mask)
    if format_ == "json":
        write_json(comparison.to_json(), output)
    elif format_ == "html":
        from diag.show.report import comparison_page

        write_text(comparison_page(comparison), output)
    else:
        from diag.show.terminal import comparison_screen

        write_screen(comparison_screen(comparison), output)
    return 0 if comparison.result == "cured" else 1
