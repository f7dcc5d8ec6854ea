"""What a link command without a well-known library leaves open: whose the missing names are."""

from __future__ import annotations

import re
from collections.abc import Sequence

from diag.causes.facts import Facts
from diag.causes.libc_seen import dockerfile_of_libc, libc_of
from diag.causes.library_own import may_be_own
from diag.causes.model import Missing
from diag.causes.named import Named
from diag.knowledge.names import Library, is_known_name, prefix_of

BESIDE_MUSL = ("execinfo", "argp", "fts", "obstack", "intl", "iconv", "tirpc")  # in glibc's libc
_IN_GCC_8 = re.compile(r"/c\+\+/8(?:\.[\d.]+)?/")  # the folder of its headers
_COMPILER = Missing(
    "the compiler's version",
    "GCC 8 keeps std::filesystem in a library of its own, later ones have it in libstdc++",
    ("g++ --version",),
)
_ORDINARY = "the name is an ordinary word or begins with one, and the program may have meant a function of its own"


def still_open(facts: Facts, library: Library, names: Sequence[Named]) -> Missing | None:
    """What a link command without the library leaves open; None: nothing."""
    known = [named for named in names if any(map(is_known_name, named.raw))]
    if not known or (not library.is_telling and len(names) == 1):
        return _who_defines(names[0])
    if _is_built_here(facts, names):
        return _who_defines(
            names[0], "the inputs define others that begin so: is it built from its sources?"
        )
    if (own := may_be_own(facts, library, names)) is not None:
        return own
    if library.key in BESIDE_MUSL and not libc_of(facts, names[0].symbol.platform).libc:
        return dockerfile_of_libc()
    told = " ".join(f"{ref.source} {ref.detail}" for named in names for ref in named.references)
    return _COMPILER if library.key == "stdc++fs" and not _IN_GCC_8.search(told) else None


def _is_built_here(facts: Facts, names: Sequence[Named]) -> bool:
    """All go by their prefix alone, and inputs define at least as many names with it: a vendored
    copy lacks a part, or the project names its own functions so."""
    prefixes = [next(filter(None, map(prefix_of, named.raw)), "") for named in names]
    if not all(prefixes):
        return False
    rows = facts.symbols[facts.symbols["is_defined"] & (facts.symbols["bind"] == "GLOBAL")]
    rows = rows[rows["name"].str.startswith(tuple(set(prefixes))).astype(bool)]
    linked = facts.objects["kind"].isin(["executable", "shared"])
    rows = rows[~rows["file"].isin(set(facts.objects.loc[linked, "file"]))]
    own = facts.of_platform(rows, names[0].symbol.platform)
    return own["name"].nunique() >= len(names)


def _who_defines(named: Named, why: str = _ORDINARY) -> Missing:
    return Missing(
        f"whose {named.symbol.name} is meant",
        why,
        (f"grep -rnw {named.symbol.name} --include='*.h' --include='*.c' .",),
    )
