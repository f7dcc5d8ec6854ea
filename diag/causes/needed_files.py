"""A library that a shared object of the link names as needed, and that GNU ld does not find."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from diag.causes.facts import Facts, Symbol
from diag.causes.link_said import about, errors_of, lines_with, read_lines, said
from diag.causes.model import Evidence, Finding
from diag.causes.wants import Answer
from diag.schema import each, keep

_NEEDED = re.compile(r"warning: (?P<library>[^\s,]+), needed by (?P<user>[^\s,]+), not found")
NEEDED_TELLING = (", needed by ",)


def of_needed(facts: Facts, family: str, cause: str, platform: str) -> Iterator[Finding]:
    """One finding for each shared object that wants names while a library that it needs is not
    found. A name that another input wants as well, or that a file given defines, is not explained."""
    lines = lines_with(facts, platform, _NEEDED)
    users: dict[str, list[str]] = {}
    for found in filter(None, map(_NEEDED.search, lines["text"])):
        users.setdefault(PurePath(found["user"]).name, []).append(found["library"])
    for user, libraries in users.items():
        names, evidence = _wanted_by(facts, platform, user)
        if not names or _is_passed_over(facts, platform, libraries):
            continue
        missing = list(dict.fromkeys(libraries))
        told = read_lines(lines[lines["text"].str.contains(f"needed by .*{re.escape(user)}")], 3)
        answer = Answer(
            "supported", [*told, *evidence], (), _fix(user, missing), _claim(user, missing)
        )
        yield about(facts, family, cause, platform, names, answer)


def _wanted_by(facts: Facts, platform: str, user: str) -> tuple[list[str], list[Evidence]]:
    rows = errors_of(facts, platform)
    rows = rows[(rows["kind"] == "undefined") & rows["symbol"].notna()]
    by_others = {row.symbol for row in each(rows) if PurePath(str(row.object)).name != user}
    own = rows[~rows["symbol"].isin(by_others)]
    own = keep(own, [facts.definitions(Symbol(n, platform)).empty for n in own["symbol"]])
    return list(dict.fromkeys(own["symbol"])), said(own, 3)


def _is_passed_over(facts: Facts, platform: str, libraries: list[str]) -> bool:
    """It was found, for another machine: it is not missing as such."""
    names = "|".join(map(re.escape, libraries))
    return not lines_with(
        facts, platform, re.compile(rf"skipping incompatible \S*(?:{names})")
    ).empty


def _claim(user: str, libraries: list[str]) -> str:
    return f"{user} was linked against {', '.join(libraries[:3])}, which the linker does not find."


def _fix(user: str, libraries: list[str]) -> tuple[str, ...]:
    return (
        f"Install the package that has {libraries[0]} (that very version: the name of the file tells it), in the "
        f"stage that links, or take a {user} that was built in this image.",
        f"Where it is there, in a folder of its own: -Wl,-rpath-link,DIR with the folder of {libraries[0]}.",
    )
