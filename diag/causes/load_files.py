"""A shared library that a program wants when it is started: the loader's words, which say nothing of
the link."""

from __future__ import annotations

from collections.abc import Iterator

from diag.causes.facts import Facts
from diag.causes.link_said import about, errors_of, said
from diag.causes.model import Finding, Missing
from diag.causes.wants import Answer

LOADERS = ("ld.so", "ld-musl", "dyld")


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
