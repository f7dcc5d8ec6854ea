"""The sections of a notebook about any case: each takes a verdict or a case and gives what its cell
shows. Where there is nothing to show, one sentence says so."""

from __future__ import annotations

import shlex
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag.platforms import display_order
from diag.schema import each
from diag.show import differences
from diag.show.complaints import TITLE, complaints
from diag.show.deciding import what_is_refuted, what_would_decide
from diag.show.flags import FLAG_VARIABLE
from diag.show.frame_tables import df_errors, table_of
from diag.show.notebook_run import literal
from diag.show.report_parts import df_sources
from diag.show.sentences import (
    Group,
    answer,
    ended,
    grouped,
    headline,
    is_failure_seen,
    supported,
    what_stays,
    what_to_do,
)
from diag.show.shown import Cited, Counted, Part, Said, Shown, Tabled, Typed, said
from diag.show.tables import df_platforms
from diag.show.text import NOT_SEEN, as_text, counted, focus, listed

if TYPE_CHECKING:
    from diag.case import Case
    from diag.causes.model import Evidence
    from diag.show.redact import Redactor
    from diag.verdict import Verdict

NO_CODE = "No object with machine code of x86, AArch64 or ARM was given"
MAX_GROUPS = 8  # explanations with their evidence in one cell
ROLES = {
    "cause": "supported",
    "contributing": "supported, contributes",
    "latent": "seen too, can fail later or elsewhere",
    "claim": "supported, as was claimed",
}


def answer_shown(verdict: Verdict) -> Shown:
    """What went wrong, where and why; then what was put aside and what to do first."""
    what, _, follows = answer(verdict)
    parts: list[Part] = [Said(headline(verdict), is_strong=True)]
    parts += [Said(what)] if verdict.outcome == "explained" else []
    parts.append(Said(follows))
    if verdict.title:
        parts.append(Said(f"The case calls itself: {verdict.title}"))
    if len(verdict.errors):
        told = counted(len(verdict.errors), "thing that was given", "things that were given")
        parts.append(Said(f"{told} could not be read: see the end of this page."))
    return Shown(*parts)


def sentences_shown(verdict: Verdict) -> Shown:
    """The answer in three sentences."""
    return Shown(Counted(answer(verdict)))


def platforms_shown(verdict: Verdict, case: Case) -> Shown:
    """One row a platform."""
    table = df_platforms(verdict, case)
    if table.empty:
        return said("Nothing that was given names a platform, and none was asked for.")
    parts: list[Part] = [Tabled(table, "told.verdict.outcomes")]
    differing = differences.df_differences(verdict, is_whole=True)
    if len(differing):
        parts += [Said(differences.TITLE, is_strong=True)]
        parts += [Tabled(differing, "told.verdict.platform_differences")]
    return Shown(*parts)


def evidence_shown(verdict: Verdict) -> Shown:
    """Each explanation that holds, with its proof; what the log complains of where none does."""
    groups = grouped(supported(verdict))
    parts = [part for group in groups[:MAX_GROUPS] for part in _explanation(group)]
    none: list[Part] = [] if groups else [Said("No explanation is supported by what was given.")]
    return Shown(*none, *parts, *_left(len(groups) - MAX_GROUPS), *_complaints(verdict))


def _complaints(verdict: Verdict) -> list[Part]:
    """The log's own words where nothing explains them."""
    told = complaints(verdict)
    parts: list[Part] = [Said(TITLE, is_strong=True)] if told else []
    for one in told:
        parts += [Said(listed(one.platforms))] if one.platforms else []
        parts.append(Cited(one.evidence, ()))
    return parts


def _explanation(group: Group) -> list[Part]:
    first = group.first
    where = f" on {listed(group.platforms)}" if group.platforms else ""
    head = Said(f"{first.cause}{where}: {ROLES[first.role]}", is_strong=True)
    return [head, Said(first.claim), Cited(group.evidence, group.symbols)]


def _left(number: int) -> list[Part]:
    """How many explanations are not shown, and where they are."""
    more = f"{counted(number, 'further explanation')} not shown: `told.verdict.frame`."
    return [Said(more)] if number > 0 else []


def refuted_shown(verdict: Verdict) -> Shown:
    """Explanations that do not hold; what one of them is refuted by, and where that stands."""
    rows = [
        (
            listed(dict.fromkeys(group.first.cause for group in one.groups), limit=4),
            listed({p: "" for group in one.groups for p in group.platforms}) or "all",
            *_against(one.first.first.evidence, one.by, one.first.symbols),
        )
        for one in what_is_refuted(verdict)
    ]
    if not rows:
        return said("Nothing is refuted: no other explanation was proposed or came near.")
    columns = ("refuted", "platform", "what stands against it", "where")
    return Shown(Tabled(table_of(columns, rows), "told.verdict.frame"))


def _against(evidence: Iterable[Evidence], by: str, symbols: Iterable[str]) -> tuple[str, str]:
    first = next(iter(evidence), None)
    text = focus(first.text, 200, symbols) if first else NOT_SEEN
    return f"{by} explains it" if by else text, first.place if first else NOT_SEEN


def missing_shown(verdict: Verdict) -> Shown:
    """Each artefact that would decide something, and how it is got."""
    wanted = what_would_decide(verdict)
    if not wanted:
        return said("Nothing is left open: no artefact is waited for.")
    parts: list[Part] = []
    for one in wanted[:MAX_GROUPS]:
        causes = list(dict.fromkeys(group.first.cause for group in one.groups))
        what = one.missing.artefact if one.missing else "No artefact is known that decides these"
        parts.append(Said(f"? {what}", is_strong=True))
        parts += [Said(_sentence(one.missing.why))] if one.missing else []
        parts += [Said(f"Decides: {listed(causes)}.")] if causes and not one.is_check else []
        parts += [Said(f"Would confirm: {listed(one.confirms)}.")] if one.confirms else []
        parts += [Typed([*map(_named_here, one.missing.how)])] if one.missing else []
    return Shown(*parts, *_left(len(wanted) - MAX_GROUPS))


def _named_here(step: str) -> str:
    """A step; in place of the command that judges anew, the parameters of this notebook."""
    try:
        words = shlex.split(step) if step.startswith("diag investigate ") else []
    except ValueError:  # a mask fell upon a quote
        return step
    given: dict[str, Any] = {}
    for option, value in pairwise(words):
        if option in ("--log", "--dockerfile", "--objects"):
            platform, equals, path = value.partition("=")
            given[option[2:]] = {platform: path} if equals else value
    told = " and ".join(f"`{name} = {literal(value)}`" for name, value in given.items())
    return f"Then name it in the parameters, beside what stands there: {told}" if told else step


def _sentence(text: str) -> str:
    """With a capital, and a full stop."""
    return ended(text[:1].upper() + text[1:])


def fix_shown(verdict: Verdict) -> Shown:
    """What to do, headline first."""
    steps = what_to_do(verdict)
    if steps:
        return Shown(Counted(steps), *map(Said, what_stays(verdict)))
    if verdict.outcome == "no_failure" or not is_failure_seen(verdict):
        return said("No failure was seen, so there is nothing to mend.")
    return said("No explanation is supported, so no fix follows yet.")


def lost_shown(case: Case, mask: Redactor) -> Shown:
    """Values that the Dockerfile writes and a command does not receive."""
    if case.dockerfile is None or case.instructions.empty:
        return said("No Dockerfile was given, so it is not known what each command receives.")
    lost = mask.data(case.env[case.env["lost_by"].notna()])
    lost = lost.drop_duplicates(["platform", "name", "lost_at", "lost_by"])
    if lost.empty:
        return said("No value that the Dockerfile writes is lost on its way to a command.")
    rows = [(row.platform, row.name, row.command, row.lost_by, row.lost_at) for row in each(lost)]
    columns = ("platform", "variable", "command", "lost by", "where")
    ordered = sorted(rows, key=lambda row: not FLAG_VARIABLE.search(row[1]))
    return Shown(Tabled(table_of(columns, ordered), "told.case.env"))


def flags_shown(table: pd.DataFrame) -> Shown:
    """The rows of the chart of flags."""
    if table.empty:
        return said("No flag is seen, so there is no table of flags.")
    return Shown(Tabled(table.drop(columns="command"), "told.flags"))


def no_flags(case: Case) -> str:
    """Why no flags are seen."""
    if case.dockerfile is None:
        return "No Dockerfile was given, and the log echoes no variable that holds flags."
    return "No variable that holds flags is set in the Dockerfile or echoed in the log."


def instruction_sets_shown(isa: pd.DataFrame, case: Case) -> Shown:
    """What the code of each object needs of a processor, most demanding first."""
    from diag.join.isa_levels import df_baselines

    code = pd.DataFrame(isa.attrs.get("code", []), columns=["file", "member", "member_no", "arch"])
    if code.empty:
        return said(f"{NO_CODE}.")
    levels = df_baselines(isa, code)
    told = f"{counted(len(levels), 'object')} with machine code were looked at"
    beyond = levels[levels["n_functions"] > 0]
    if beyond.empty:
        return said(f"{told}; none needs more than the lowest level of its machine.")
    more = f"{len(beyond)} of them hold functions beyond the lowest level of their machine"
    return Shown(Said(f"{told}; {more}."), Tabled(_needs(beyond, case), "isa"))


def no_instruction_sets(isa: pd.DataFrame) -> str:
    """Why there is nothing to draw: nothing was looked at, or nothing was found."""
    why = "No function of an object uses more" if isa.attrs.get("code") else NO_CODE
    return f"{why}, so there is nothing to draw."


def _needs(beyond: pd.DataFrame, case: Case) -> pd.DataFrame:
    """One row a platform and need: how many objects and functions, and one of the objects."""
    platform = beyond["file"].map(lambda file: case.platform_of_file.get(file, ""))
    order = {name: rank for rank, name in enumerate(display_order(platform))}
    rows = []
    for (name, needs, fits), own in beyond.groupby([platform, "needs", "baseline"], sort=False):
        first = own.sort_values("n_functions", ascending=False, kind="stable").iloc[0]
        object_ = first["member"] or str(first["file"]).rsplit("/", 1)[-1]
        counts = len(own), int(own["n_functions"].sum()), int(own["n_guarded"].sum())
        rows.append((str(name), needs, fits, *counts, object_))
    rows.sort(key=lambda row: (order[row[0]], -row[4]))
    columns = ("platform", "needs", "fits", "objects", "functions", "guarded", "for instance")
    return table_of(columns, [(row[0] or NOT_SEEN, *row[1:]) for row in rows])


def unread_shown(errors: pd.DataFrame) -> Shown:
    """What could not be read, and what would help."""
    if errors.empty:
        return said("All that was given could be read.")
    return Shown(Tabled(df_errors(errors), "told.case.errors"))


def sources_shown(case: Case, mask: Redactor) -> Shown:
    """What was read."""
    table = df_sources(case, mask)
    rows = [tuple(row) for row in table.itertuples(index=False)]
    for platform, paths in case.inputs.objects.items():
        first = f"{paths[0]}{f' and {len(paths) - 1} more' if len(paths) > 1 else ''}"
        rows.append(("objects", first, platform or "by their machine"))
    if not rows:
        return said("Nothing was given that could be used.")
    return Shown(Tabled(table_of(tuple(table.columns), rows), "told.case.inputs"))


def frames_shown(case: Case) -> Shown:
    """The frames behind this page, and how many rows each has."""
    told = {
        "steps": "what was built, step by step",
        "link_errors": "what linkers said",
        "log_lines": "every line of the logs, with its kind",
        "env": "what each command receives on each platform, and the way there",
        "objects": "objects and archive members",
        "symbols": "who defines and who wants each name",
    }
    rows = [(f"told.case.{name}", len(getattr(case, name)), what) for name, what in told.items()]
    return Shown(Tabled(table_of(("frame", "rows", "what it holds"), rows)))


def problem_shown(text: str, help: str) -> Shown:
    """What keeps the page from being filled, in one sentence; what to do, in another."""
    parts: list[Part] = [Said(as_text(text), is_strong=True)]
    return Shown(*parts, *([Said(_sentence(help))] if help else []))
