"""The screen of `diag isa`: what each file needs of a processor, and the functions that need it."""

from __future__ import annotations

import pandas as pd
from rich.text import Text

from diag.schema import each
from diag.show.text import as_text, counted

MAX_FILES = 40
MAX_MEMBERS = 8
MAX_FUNCTIONS = 40
INDENT = "  "


def baselines_screen(baselines: pd.DataFrame) -> Text:
    """A paragraph a file of a df_baselines frame; of an archive, its members beyond the first level."""
    shown = Text()
    files = list(dict.fromkeys(baselines["file"]))
    for file in files[:MAX_FILES]:
        shown.append(f"{as_text(file)}\n", style="bold")
        for line in _file_lines(baselines[baselines["file"] == file]):
            shown.append(f"{INDENT}{as_text(line)}\n")
    if len(files) > MAX_FILES:
        shown.append(f"{counted(len(files) - MAX_FILES, 'further file')}: --format csv\n", "dim")
    return shown


def _file_lines(own: pd.DataFrame) -> list[str]:
    lines = []
    for arch, part in own.groupby("arch", sort=False):
        beyond = part[part["n_functions"] > 0]
        is_one = len(part) == 1 and not part["member"].iloc[0]
        of = "" if is_one else f", {counted(len(part), 'member')}"
        if beyond.empty:
            lines.append(f"{part['baseline'].iloc[0]}   ({arch}{of}: nothing beyond it)")
        elif is_one:
            lines += _needs(next(each(part)), f"   ({arch})")
        else:
            lines.append(f"{arch}{of}, {len(beyond)} of them beyond the lowest level")
            for row in list(each(beyond.sort_values("n_functions", ascending=False)))[:MAX_MEMBERS]:
                lines += [f"{row.member}: {line}" for line in _needs(row, "")[:1]]
            if len(beyond) > MAX_MEMBERS:
                lines.append(f"{counted(len(beyond) - MAX_MEMBERS, 'further member')}")
    return lines


def _needs(row: object, more: str) -> list[str]:
    number, guarded = row.n_functions, row.n_guarded  # type: ignore[attr-defined]
    told = f"{counted(number, 'function')} beyond the lowest level"
    lines = [f"{row.baseline}{more}", f"{told}, {guarded} of them guarded"]  # type: ignore[attr-defined]
    if row.baseline_of_all != row.baseline:  # type: ignore[attr-defined]
        lines.append(f"with the guarded ones {row.baseline_of_all}")  # type: ignore[attr-defined]
    return lines


def exceeding_screen(exceeding: pd.DataFrame, baseline: str) -> Text:
    """The functions of a df_exceeding frame, those that nothing guards first."""
    shown = Text()
    is_guarded = exceeding["guard"].notna()
    for word, part in (("unguarded", exceeding[~is_guarded]), ("guarded", exceeding[is_guarded])):
        shown.append(f"{counted(len(part), f'{word} function')} beyond {baseline}\n", "bold")
        for row in list(each(part))[:MAX_FUNCTIONS]:
            place = f"{row.file}({row.member})" if row.member else row.file
            why = "" if word == "unguarded" else f"  {row.guard}"
            shown.append(as_text(f"{INDENT}{row.function}  {' '.join(row.extensions)}{why}") + "\n")
            shown.append(as_text(f"{INDENT}{INDENT}{place}") + "\n", style="dim")
        if len(part) > MAX_FUNCTIONS:
            more = counted(len(part) - MAX_FUNCTIONS, "further function")
            shown.append(f"{INDENT}{more}: --format csv or json\n", "dim")
    return shown
