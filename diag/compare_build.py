"""What a change did to the build itself: a platform or step that is no longer there, a link that was
not made again, an exit status that was thrown away."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator, Mapping
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.clipped import clip
from diag.causes.facts import Facts, Symbol
from diag.causes.kept_inputs import left_as_is
from diag.causes.link_inputs import link_command
from diag.causes.link_said import LOADERS
from diag.causes.model import Evidence
from diag.compare_gone import Told, changed_words
from diag.schema import each

__all__ = [
    "from_cache", "is_step_gone", "newly_swallows", "not_in_after", "not_made_again", "step_changed",
    "steps_gone", "swallowed",
]  # fmt: skip

MAX_STEPS = 3
MAX_NAME = 120  # of a step's command in a sentence
_ALIKE = 0.6  # of two steps' commands: the same one, edited
# What a shell or make takes for success though a command in it failed.
_SWALLOWS = re.compile(
    r"\|\|\s*(?:true\b|:(?=\s|$|;)|exit 0\b|echo\b[^;&|]*)|;\s*(?:true\b|exit 0\b)|(?<!\S)set \+e\b"
    r"|--(?:keep-going|ignore-errors)\b|\bmake\s+(?:[^;&|]*\s)?-[a-zA-Z]*[ki][a-zA-Z]*(?=\s|$)"
    r"|\|\s*tee\b"
)
_TELLING = ("|| true", "|| :", "|| exit 0", "|| echo")
_ENDED = {"linked": "was sound", "failed": "failed", "canceled": "was canceled"}


# -- platforms ------------------------------------------------------------------------------------


def not_in_after(old: Facts, new: Facts, platform: str) -> Told | None:
    """A platform of one build that the other does not name: what both tell of, and where."""
    if platform in new.judged:
        return None
    ended = _ENDED.get(old.outcome(platform), "is known")
    said = f"{platform}, which {ended} in BEFORE, is" if platform else "BEFORE names no platform:"
    others = [name for name in new.judged if name]
    but = f"AFTER builds {', '.join(others)} alone" if others else "AFTER names no platform"
    text = f"{said} not in AFTER: {but}" if platform else f"{said} {but}"
    seen = [*old.outcome_evidence(platform)[:1]]
    for other in new.judged[:MAX_STEPS]:
        seen += new.outcome_evidence(other)[:1]
    return Told((text,), tuple(seen))


# -- steps ----------------------------------------------------------------------------------------


def _steps(facts: Facts, platform: str) -> list[Any]:
    """The platform's RUN steps, by the log."""
    steps = facts.steps[facts.steps["instruction"] == "RUN"]
    target = steps["target_platform"]
    return list(each(steps[(target == platform) | target.isna() | (platform == "")]))


def _command(step: Any) -> str:
    """The step without its place in the stage."""
    return re.sub(r"^(?:\[[^\]]*\]\s*)?(?:RUN\s+)?", "", str(step.name_text))


def _same_step(step: Any, steps: list[Any]) -> Any | None:
    """The step that is the same, or reads nearly so."""
    commands, own = [_command(one) for one in steps], _command(step)
    near = [own] if own in commands else difflib.get_close_matches(own, commands, 1, _ALIKE)
    near = near or [one for one in commands if _is_part(one, own)]
    return steps[commands.index(near[0])] if near else None


def _is_part(one: str, other: str) -> bool:
    """A command that words were put around, or taken from."""
    return min(len(one), len(other)) > 3 and (one in other or other in one)


def _failed_step(facts: Facts, platform: str) -> Any | None:
    return next((step for step in _steps(facts, platform) if step.status == "error"), None)


def is_step_gone(old: Facts, new: Facts, platform: str) -> bool:
    """The step that failed before has no like among the steps after."""
    failed = _failed_step(old, platform)
    is_shown = failed is not None and len(new.steps) > 0
    return is_shown and _same_step(failed, _steps(new, platform)) is None


def steps_gone(old: Facts, new: Facts, platform: str) -> Told:
    """Steps of the build before that have no like in the one after, the one that failed first."""
    told, steps = Told(), _steps(new, platform)
    rows = sorted(_steps(old, platform), key=lambda step: step.status != "error")
    left = [step for step in rows if len(new.steps) and _same_step(step, steps) is None]
    for step in left[:MAX_STEPS]:
        how = ", which failed in BEFORE, is" if step.status == "error" else " of BEFORE is"
        text = f"the step `{clip(_command(step), MAX_NAME)}`{how} not in AFTER"
        seen = Evidence(step.file, int(step.line_no), clip(step.name_text))
        told += Told((text,), (seen,))
    return told


def step_changed(old: Facts, new: Facts, platform: str) -> Told:
    """How the command of the step that failed before was changed."""
    failed = _failed_step(old, platform)
    same = _same_step(failed, _steps(new, platform)) if failed is not None else None
    if same is None:
        return Told()
    text = changed_words(_command(failed).split(), _command(same).split())
    said = f"the step `{clip(_command(failed), MAX_NAME)}` reads {text} now"
    seen = Evidence(same.file, int(same.line_no), clip(same.name_text))
    return Told((said,), (seen,)) if text else Told()


def from_cache(old: Facts, new: Facts, platform: str) -> Told:
    """The step that failed before was not run again."""
    failed = _failed_step(old, platform)
    same = _same_step(failed, _steps(new, platform)) if failed is not None else None
    if same is None or same.status != "cached":
        return Told()
    text = f"the step `{clip(_command(same), MAX_NAME)}` came from a cache: AFTER did not run it"
    seen = Evidence(same.file, int(same.line_no), clip(same.name_text))
    return Told((text,), (seen,))


# -- what was not made again ------------------------------------------------------------------------


def not_made_again(old: Facts, new: Facts, platform: str) -> Evidence | None:
    """The program is that of the build before, or the log says that it was left as it was."""
    names = _outputs(old, new, platform)
    lines = new.on(new.lines_with((" is up to date", "Nothing to be done for")), platform)
    for row in each(lines):
        if left_as_is(row.text)[0] in names:
            return Evidence.of_row(row, f"nothing was linked in AFTER: {row.text}")
    return _same_program(old, new, platform, names)


def _outputs(old: Facts, new: Facts, platform: str) -> set[str]:
    """What the link that failed was to write, by the log; else the one program that there is after.
    Of several programs the others may be what they were."""
    command = link_command(old, Symbol("", platform))
    if command is not None:
        return {PurePath(command.output).name if isinstance(command.output, str) else "a.out"}
    own = new.of_platform(new.objects, platform)
    files = own.loc[own["kind"] == "executable", "file"].unique()
    return {PurePath(file).name for file in files} if len(files) == 1 else set()


def _same_program(old: Facts, new: Facts, platform: str, names: Collection[str]) -> Evidence | None:
    before = _programs(old, platform)
    for key, file in _programs(new, platform).items():
        if key in before and PurePath(file).name in names:
            text = "is the very program that lay there in BEFORE, when the link failed"
            return Evidence(file, None, f"{PurePath(file).name} {text}")
    return None


def _programs(facts: Facts, platform: str) -> dict[Any, str]:
    """Linked programs by what tells them apart: size, build id, all names with their places."""
    own = facts.of_platform(facts.objects, platform)
    found: dict[Any, str] = {}
    for row in each(own[own["kind"] == "executable"]):
        names = facts.symbols[(facts.symbols["file"] == row.file) & (facts.symbols["name"] != "")]
        places = names[["name", "value", "size_bytes"]].astype("str")
        build_id = "" if pd.isna(row.build_id) else str(row.build_id)
        if build_id or len(names):
            key = (int(row.size_bytes), build_id, tuple(places.itertuples(index=False, name=None)))
            found[key] = row.file
    return found


# -- exit statuses ----------------------------------------------------------------------------------


def swallowed(facts: Facts, platform: str, linked: Mapping[str, tuple[bool, str]]) -> Told:
    """A linker that failed in a step that ended well, or in a build that the case calls linked."""
    errors = facts.on(facts.link_errors, platform)
    errors = errors[~errors["linker"].isin(LOADERS)]
    if errors.empty or facts.outcome(platform) != "failed":
        return Told()
    ids = set(errors["step_id"].dropna())
    for step in (s for s in _steps(facts, platform) if s.step_id in ids and s.status == "ok"):
        text = f"the linker failed, and its step ended well{_by(facts, platform, step)}"
        seen = Evidence(step.file, int(step.line_no), clip(step.name_text))
        return Told((text,), (seen,))
    is_said, file = linked.get(platform, (False, ""))
    text = f"by the log the linker failed, and the case says that it linked{_by(facts, platform)}"
    return Told((text,), (Evidence(file, None, "linked = true"),)) if is_said else Told()


def _by(facts: Facts, platform: str, step: Any = None) -> str:
    """The words that throw the exit status away, where they are seen."""
    texts = [_command(step)] if step is not None else []
    texts += facts.on(facts.lines_with(_TELLING), platform)["text"].tolist()
    word = next(_swallowers(texts), "")
    return f": `{word}` throws the exit status away" if word else ""


def _swallowers(texts: list[str]) -> Iterator[str]:
    for text in texts:
        found = _SWALLOWS.search(text)
        if found and not (found[0].startswith("|") and "tee" in found[0] and "pipefail" in text):
            yield found[0].strip()


def newly_swallows(old: Facts, new: Facts, platform: str) -> Told:
    """Words that throw an exit status away, in a step or command of the platform, where none stood."""
    if next(_swallowers([text for text, _ in _told_commands(old, platform)]), ""):
        return Told()
    for text, seen in _told_commands(new, platform):
        for word in _swallowers([text]):
            said = f"`{word}` throws an exit status away now, as nothing did before"
            return Told((said,), (seen,))
    return Told()


def _told_commands(facts: Facts, platform: str) -> list[tuple[str, Evidence]]:
    found = [
        (_command(step), Evidence(step.file, int(step.line_no), clip(step.name_text)))
        for step in _steps(facts, platform)
    ]
    lines = facts.on(facts.lines_with(_TELLING), platform)
    return found + [(r.text, Evidence.of_row(r)) for r in each(lines) if r.kind != "header"]
