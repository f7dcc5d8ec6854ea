"""How a build failed, in words: where, with which symbol or complaint, and what of it no finding explains."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from diag.platforms import display_order
from diag.schema import each
from diag.show.text import as_text, bounded, clip, is_missing, listed

if TYPE_CHECKING:
    import pandas as pd

    from diag.verdict import Verdict

NOTHING_SEEN = "Nothing that was given tells how the build ended."
MAX_NAME = 200  # characters of a name in a headline; what it is found in is cited below
_MAX_SAID = 160  # of a complaint of the log
_MAX_STEP = 80  # of a step's name; the log holds the whole
_MAX_SYMBOLS = 3


def has_failed(verdict: Verdict) -> bool:
    """Whether a build failed, of a platform that the log names or of one that it does not."""
    return bool((verdict.outcomes["outcome"] == "failed").any())


def by_outcome(verdict: Verdict, outcome: str) -> list[str]:
    """The platforms that ended so; `died` are those whose program was built and dies."""
    frame = verdict.outcomes
    died = (frame["outcome"] == "linked") & frame["ran"].eq(False).fillna(False).astype(bool)
    rows = frame[died if outcome == "died" else (frame["outcome"] == outcome) & ~died]
    return [str(name) for name in rows["platform"] if not is_missing(name) and name]


def cut_off(verdict: Verdict) -> dict[str, str]:
    """Platform -> its last step, of those whose end is not known because the log ends amid a step."""
    last = _last_steps(verdict)
    files = {step.file for step in last.values() if step.status == "unfinished"}
    return {name: _step_name(step.name_text) for name, step in last.items() if step.file in files}


def _last_steps(verdict: Verdict) -> dict[str, Any]:
    """Platform -> the step at which its log ends, of those whose end the log does not tell."""
    ends, steps = verdict.outcomes, {(row.file, row.line_no): row for row in each(verdict.steps)}
    return {
        str(row.platform or ""): steps[row.file, row.line_no]
        for row in each(ends[ends["outcome"] == "unknown"])
        if (row.file, row.line_no) in steps
    }


def cut_sentence(verdict: Verdict) -> str:
    """Where the log ends, if that is before the build does; "" where it tells how that ended."""
    cut = cut_off(verdict)
    last = cut or {name: _step_name(step.name_text) for name, step in _last_steps(verdict).items()}
    names = display_order(filter(None, last))
    how = "is cut off in" if cut else "ends after"
    if len(names) > 1:
        return f"The log {'is cut off' if cut else 'ends'} before {listed(names)} ended."
    step = next(iter(last.values()), "")
    told = f" of {names[0]}" if names and names[0] not in step else ""
    return f"The log {how} step `{step}`{told}; how the build ended is not known." if last else ""


def _step_name(text: object) -> str:
    name = " ".join(str(text).split())
    return name if len(name) <= _MAX_STEP else f"{name[:_MAX_STEP]}..."


# -- what failed ----------------------------------------------------------------------------------


def failure_sentence(verdict: Verdict) -> str:
    """Which platforms failed: at the link, with the first symbol that the linker names, or with what
    it says; elsewhere, with the first complaint, or with the step."""
    failed = by_outcome(verdict, "failed")
    errors = verdict.link_errors
    named = errors[errors["symbol"].notna()] if len(errors) else errors
    if len(named):
        at_link = _platforms_of_errors(verdict, named)
        left = [name for name in failed if name not in at_link]
        return f"{'; '.join([_link_clause(named, at_link), *_of_others(verdict, left)])}."
    if not has_failed(verdict):
        return _death_sentence(verdict)
    where = f" on {listed(failed)}" if failed else ""
    said = _first_lines(verdict)
    if len(failed) > 1 and said.keys() != set(failed):
        return f"The build fails{where}; {'; '.join(_of_others(verdict, failed))}."
    if len(errors) and not said:
        return f"The link fails{where}: {_quoted(errors['detail_text'].iloc[0])}."
    first = next(iter(said.values()), "") or _last_words(verdict)
    return f"The build fails{where}{f': {first}' if first else ''}."


def _last_words(verdict: Verdict) -> str:
    """What a log without steps ends with; "" where a step failed, which is told by its name."""
    failed = verdict.outcomes[verdict.outcomes["outcome"] == "failed"]
    words = [str(text) for text in failed["text"] if text] if not len(verdict.steps) else []
    return _quoted(words[0]) if words else ""


def _link_clause(named: pd.DataFrame, at_link: list[str]) -> str:
    """The first symbol, and where, if not all of the platforms want it."""
    symbol, count = str(named["symbol"].iloc[0]), named["symbol"].nunique()
    own = {str(name) for name in named.loc[named["symbol"] == symbol, "platform"].dropna()} - {""}
    more = f" and {count - 1:,} more" if count > 1 else ""
    kind = str(named["kind"].iloc[0]).replace("_", " ")
    where = f" on {listed(at_link)}" if at_link else ""
    only = f" ({listed(display_order(own))})" if own and own != set(at_link) else ""
    return f"The link fails{where}: {kind} symbol `{bounded(symbol, MAX_NAME)}`{only}{more}"


def _of_others(verdict: Verdict, platforms: list[str]) -> list[str]:
    """A clause for each platform: what its linker or its step says first, else which step failed."""
    said, errors = _first_lines(verdict), verdict.link_errors
    clauses = []
    for name in platforms:
        own = errors[errors["platform"] == name] if len(errors) else errors
        if name in said:
            clauses.append(f"{_failed_step(verdict, name)}: {said[name]}")
        elif len(own):
            clauses.append(f"{name} failed at the link: {_quoted(own['detail_text'].iloc[0])}")
        else:
            clauses.append(_failed_step(verdict, name))
    return clauses


def _first_lines(verdict: Verdict) -> dict[str, str]:
    """Platform -> the first line that its failed step complains with."""
    rows = verdict.failure_lines.drop_duplicates("platform")
    return {
        str(name): _quoted(text) for name, text in zip(rows["platform"], rows["text"], strict=True)
    }


def _quoted(text: object) -> str:
    return f"`{clip(as_text(text).replace('`', chr(39)), _MAX_SAID)}`"


def _platforms_of_errors(verdict: Verdict, errors: pd.DataFrame) -> list[str]:
    """The platforms that these errors name; errors that name none are of the only one judged."""
    names = {str(name) for name in errors["platform"].dropna()} - {""}
    judged = list(verdict.outcomes["platform"])
    return display_order(names) or (by_outcome(verdict, "failed") if len(judged) == 1 else [])


def _failed_step(verdict: Verdict, platform: str) -> str:
    """`PLATFORM failed in step "..." (exit 1)`, as far as the log tells."""
    row = verdict.outcomes[verdict.outcomes["platform"] == platform].iloc[0]
    steps = verdict.steps
    own = steps[(steps["file"] == row["file"]) & (steps["line_no"] == row["line_no"])]
    if not len(own):
        return f"{platform} failed"
    name, code = _step_name(own.iloc[0]["name_text"]), own.iloc[0]["exit_code"]
    return f"{platform} failed in step `{name}`" + ("" if is_missing(code) else f" (exit {code})")


def _death_sentence(verdict: Verdict) -> str:
    """A program that links and dies, and how; where none did, where the log is cut off, or that
    nothing is known."""
    ends = verdict.outcomes
    died = ends[ends["ran"].eq(False).fillna(False).astype(bool)] if len(ends) else ends
    told = [
        f"{platform} ({ended})"
        for platform, ended in zip(died["platform"], died["ended"], strict=True)
    ]
    if told:
        return f"It links, and the program dies on {listed(told)}."
    return cut_sentence(verdict) or NOTHING_SEEN


# -- what is left unexplained ---------------------------------------------------------------------


@dataclass(frozen=True)
class Left:
    """A platform whose failure no finding explains, or the symbols of it that none is about."""

    platform: str
    symbols: tuple[str, ...] = ()

    def __str__(self) -> str:
        names = [f"`{bounded(name, MAX_NAME)}`" for name in self.symbols[:_MAX_SYMBOLS]]
        more = [f"{len(self.symbols) - _MAX_SYMBOLS:,} more"] if len(self.symbols) > 3 else []
        return " on ".join(filter(None, (listed([*names, *more]), self.platform)))


def left_open(verdict: Verdict) -> list[Left]:
    """What a verdict that explains a failure leaves without a cause, platform by platform."""
    causes = [f for f in verdict.findings if f.status == "supported" and f.role == "cause"]
    if verdict.outcome != "explained" or not causes:
        return []
    failed = [*by_outcome(verdict, "failed"), *by_outcome(verdict, "died")]
    left = []
    for platform in failed or [""]:
        own = [f for f in causes if f.platform in (platform, None)]
        if not own and failed:
            left.append(Left(platform))
        elif own and not any(f.symbol is None for f in own):
            told = {name for finding in own for name in finding.symbols}
            names = [name for name in _wanted(verdict, platform) if name not in told]
            left += [Left(platform, tuple(names))] if names else []
    return left


def _wanted(verdict: Verdict, platform: str) -> list[str]:
    """The names that the linkers of that platform miss."""
    rows = verdict.link_errors
    rows = rows[rows["kind"].isin(["undefined", "hidden", "version"]) & rows["symbol"].notna()]
    rows = rows[rows["platform"].fillna("").isin({platform, ""})] if platform else rows
    return [str(name) for name in rows["symbol"].unique()]
