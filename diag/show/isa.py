"""The screen of `diag isa`: what each file needs of a processor, and the functions that need it."""

from __future__ import annotations

from textwrap import wrap

import pandas as pd
from rich.text import Text

from diag.schema import each
from diag.show.text import as_text, counted

MAX_FILES = 40
MAX_MEMBERS = 8
MAX_FUNCTIONS = 40
INDENT = "  "
WIDTH = 76  # beside the indent; a screen has 80 columns at least
OLDEST_ARM = "armv7-a"
UNGUARDED = "unguarded: no test is recognised; tests by variables of its own are not seen"


def baselines_screen(baselines: pd.DataFrame) -> Text:
    """A paragraph a file of a df_baselines frame; of an archive, its members beyond the first level."""
    shown = Text()
    files = list(dict.fromkeys(baselines["file"]))
    for file in files[:MAX_FILES]:
        shown.append(f"{as_text(file)}\n", style="bold")
        for line in _file_lines(baselines[baselines["file"] == file]):
            for piece in _wrapped(as_text(line)):
                shown.append(f"{INDENT}{piece}\n")
    if len(files) > MAX_FILES:
        shown.append(f"{counted(len(files) - MAX_FILES, 'further file')}: --format csv\n", "dim")
    return shown


def _wrapped(line: str) -> list[str]:
    """Lines of a screen; names stay whole."""
    return wrap(
        line, WIDTH, subsequent_indent=INDENT, break_long_words=False, break_on_hyphens=False
    )


def _file_lines(own: pd.DataFrame) -> list[str]:
    lines = []
    for arch, part in own.groupby("arch", sort=False):
        beyond = part[part["n_functions"] > 0]
        is_one = len(part) == 1 and not part["member"].iloc[0]
        of = "" if is_one else f", {counted(len(part), 'member')}"
        if beyond.empty:
            row = next(each(part))
            lines.append(f"{_level(row.needs, row.baseline)}   ({arch}{of}: nothing beyond it)")
        elif is_one:
            lines += _needs(next(each(part)), f"   ({arch})")
        else:
            lines.append(f"{arch}{of}, {len(beyond)} of them beyond the lowest level")
            for row in list(each(beyond.sort_values("n_functions", ascending=False)))[:MAX_MEMBERS]:
                needs = _needs(row, "")
                lines.append("; ".join([f"{row.member}: {needs[0]}", *needs[2:]]))
            if len(beyond) > MAX_MEMBERS:
                lines.append(f"{counted(len(beyond) - MAX_MEMBERS, 'further member')}")
    return lines


def _needs(row: object, more: str) -> list[str]:
    number, guarded = row.n_functions, row.n_guarded  # type: ignore[attr-defined]
    told = f"{counted(number, 'function')} beyond the lowest level, {guarded} of them guarded"
    lines = [_level(row.needs, row.baseline) + more, told]  # type: ignore[attr-defined]
    if guarded < number:
        lines[1] += f"; in {number - guarded} no test at run time is recognised"
    if row.baseline_of_all != row.baseline:  # type: ignore[attr-defined]
        of_all = _level(row.needs_of_all, row.baseline_of_all)  # type: ignore[attr-defined]
        lines.append(f"with the guarded ones {of_all}")
    return lines


def _level(needs: str, baseline: str) -> str:
    """What is needed exactly, and the level that it fits, where that is not the same."""
    told = needs if needs == baseline else f"{needs}, fits {baseline}"
    # Instructions of ARM machines before Armv7 have no name of their own.
    return f"at most {told}" if needs.split("+", 1)[0] == OLDEST_ARM else told


def exceeding_screen(exceeding: pd.DataFrame, baseline: str) -> Text:
    """The functions of a df_exceeding frame, those in which no test is recognised first."""
    shown = Text()
    is_guarded = exceeding["guard"].notna()
    for word, part in (("unguarded", exceeding[~is_guarded]), ("guarded", exceeding[is_guarded])):
        shown.append(f"{counted(len(part), f'{word} function')} beyond {baseline}\n", "bold")
        for row in list(each(part))[:MAX_FUNCTIONS]:
            place = f"{row.file}({row.member})" if row.member else row.file
            why = "" if word == "unguarded" else f"  {row.guard}"
            shown.append(as_text(f"{INDENT}{row.function}  {' '.join(row.extensions)}{why}") + "\n")
            shown.append(as_text(f"{INDENT}{INDENT}{place}") + "\n", style="dim")
        if word == "unguarded" and len(part):
            shown.append(f"{INDENT}{UNGUARDED}\n", "dim")
        if len(part) > MAX_FUNCTIONS:
            more = counted(len(part) - MAX_FUNCTIONS, "further function")
            shown.append(f"{INDENT}{more}: --format csv or json\n", "dim")
    return shown
