"""A library that no link command names and that is not found: one that a shared object of the link
needs, told by GNU ld, and one that a program needs when it is started, told by the loader."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

from diag.causes.facts import Facts, Symbol
from diag.causes.link_said import LOADERS, about, errors_of, lines_with, read_lines, said
from diag.causes.model import Evidence, Finding, Missing
from diag.causes.wants import Answer
from diag.schema import each, keep

_NEEDED = re.compile(r"warning: (?P<library>[^\s,]+), needed by (?P<user>[^\s,]+), not found")
NEEDED_TELLING = (", needed by ",)


def of_needed(facts: Facts, family: str, cause: str, platform: str) -> Iterator[Finding]:
    """One finding for each shared object that wants names while a library that it needs is not
    found. A name that another input wants as well, or that another file given defines, is not
    explained; the library itself may have been given, from the folder where the linker did not look."""
    lines = lines_with(facts, platform, _NEEDED)
    users: dict[str, list[str]] = {}
    for found in filter(None, map(_NEEDED.search, lines["text"])):
        users.setdefault(PurePath(found["user"]).name, []).append(found["library"])
    for user, libraries in users.items():
        names, evidence = _wanted_by(facts, platform, user, libraries)
        if not names or _is_passed_over(facts, platform, libraries):
            continue
        missing = list(dict.fromkeys(libraries))
        told = read_lines(lines[lines["text"].str.contains(f"needed by .*{re.escape(user)}")], 3)
        answer = Answer(
            "supported", [*told, *evidence], (), _fix(user, missing), _claim(user, missing)
        )
        yield about(facts, family, cause, platform, names, answer)


def _wanted_by(
    facts: Facts, platform: str, user: str, libraries: list[str]
) -> tuple[list[str], list[Evidence]]:
    rows = errors_of(facts, platform)
    rows = rows[(rows["kind"] == "undefined") & rows["symbol"].notna()]
    by_others = {row.symbol for row in each(rows) if PurePath(str(row.object)).name != user}
    own = rows[~rows["symbol"].isin(by_others)]
    own = keep(own, [_is_in(facts, Symbol(n, platform), libraries) for n in own["symbol"]])
    return list(dict.fromkeys(own["symbol"])), said(own, 3)


def _is_in(facts: Facts, symbol: Symbol, libraries: list[str]) -> bool:
    """No file given defines it, but the libraries that were not found."""
    objects = facts.objects[facts.objects["kind"] == "shared"]
    theirs = set(objects.loc[objects["soname"].isin(libraries), "file"])
    files = facts.definitions(symbol)["file"]
    return all(file in theirs or PurePath(file).name in libraries for file in files)


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


def of_loader(facts: Facts, family: str, cause: str, platform: str) -> Iterator[Finding]:
    """The finding of what loaders did not find: open, as the link that made the program was sound."""
    rows = errors_of(facts, platform)
    rows = rows[rows["linker"].isin(LOADERS) & (rows["kind"] == "library_not_found")]
    rows = rows[rows["object"].notna()]
    if rows.empty:
        return
    names = list(dict.fromkeys(map(str, rows["object"])))
    claim = (
        f"A program that was started needs {', '.join(names[:3])}, which the loader does not find."
    )
    answer = Answer("untestable", said(rows), (_place_missing(names),), claim=claim)
    yield about(facts, family, cause, platform, (), answer)


def _place_missing(names: list[str]) -> Missing:
    name = names[0]
    return Missing(
        f"where the image that runs the program has {name}",
        "the loader says it at run time, not the linker: the library is not in that image (copied from "
        "another stage without it, its package not installed), or in a folder where the loader does not look",
        (f"find / -name '{name}*' 2>/dev/null; ldconfig -p | grep '{name}'",
         'readelf -d PROGRAM | grep -E "NEEDED|RPATH|RUNPATH"; echo "$LD_LIBRARY_PATH"'),
    )  # fmt: skip
