"""Family C, libc: an object was made for glibc, and the link is made against musl.

The same names are missing in both causes, and in host-libc-headers-leak; what tells them apart is where the wanting
object comes from (diag/causes/origins.py) and which library the link is made against.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from diag.causes.facts import Facts, Symbol
from diag.causes.libc_seen import MUSL_WORDS, LibcSeen, dockerfile_of_libc, libc_of
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.named import Named, group_finding, pick, wanted_on
from diag.causes.origins import (
    by_origin_of,
    compilers_of,
    foreign_maker,
    is_brought_along,
    origin_missing,
    origin_of,
)
from diag.knowledge.names import (
    glibc_version_of,
    libc_names,
    library_of,
    names_in,
    version_key,
)
from diag.schema import each

FAMILY = "libc"
ON_MUSL = "glibc-archive-on-musl"
LFS64 = "musl-lfs64-removed"
NATIVE_MUSL = ("alpine", "musllinux")  # distributions whose own compiler is musl's
_NATIVE = re.compile(r"\b(?:alpine|pc|gentoo|chimera)-linux-musl")
LFS64_SINCE = "1.2.4"  # musl's release notes: the aliases are there for old programs alone
# What musl leaves to libraries of their own: a program may want it by itself.
_APART = ("execinfo", "argp", "fts", "obstack", "intl", "iconv", "tirpc")
_FORTIFIED = re.compile(r"__(?P<of>\w+)_chk")
_UNDECLARED = re.compile(
    r"unknown type name [‘'`](?P<type>\w+)[’']|"
    r"[‘'`](?P<name>\w+)[’'] (?:undeclared|was not declared)|implicit declaration of function [‘'`](?P<called>\w+)[’']"
    r"|use of undeclared identifier '(?P<used>\w+)'|undeclared (?:library )?function '(?P<unknown>\w+)'"
)


MAX_LINE = 2000  # characters of a compiler's message that are looked at
_SOURCE = re.compile(r"(\S+?\.(?:c|cc|cpp|cxx|h)):\d+:")
_COMPILES = re.compile(
    r"-D_GNU_SOURCE\b.*\s-c\s|\s-c\s.*-D_GNU_SOURCE\b|^\W*\S*(?:g|c|clang)\+\+\S* .*-c\s"
)


def is_of_glibc_alone(raw: str) -> bool:
    """A name that glibc has and no musl: its headers made the object want it."""
    if raw in libc_names("glibc_time64") and raw not in libc_names("time64"):
        return True  # of 32-bit machines alone: musl's 64-bit times have other names
    if raw in libc_names("glibc_only"):
        library = library_of(raw)
        return library is None or library.key not in _APART
    checked = _FORTIFIED.fullmatch(
        raw
    )  # of a function of the C library; `__volume_chk` is nobody's
    is_of_libc = checked is not None and checked["of"] in names_in("library_names", "c")
    return is_of_libc and raw not in libc_names("musl_only")


def is_lfs64(raw: str) -> bool:
    """A name that musl had until it took its 64-bit file aliases away."""
    return raw in libc_names("lfs64")


def judge_on_musl(facts: Facts) -> Iterator[Finding]:
    """glibc-archive-on-musl."""
    for platform in facts.judged:
        names = pick(
            wanted_on(facts, platform), lambda raw: is_of_glibc_alone(raw) or is_lfs64(raw)
        )
        certain = pick(names, is_of_glibc_alone)
        if not names:
            continue
        libc = libc_of(facts, platform)
        if libc.libc == "glibc":
            if certain and not all(glibc_version_of(n.raw[0]) for n in certain):
                yield group_finding(facts, FAMILY, ON_MUSL, "refuted", certain, libc.evidence)
        elif not libc.libc:
            if certain:
                yield group_finding(
                    facts, FAMILY, ON_MUSL, "untestable", certain, (), (dockerfile_of_libc(),)
                )
        else:
            yield from _on_musl(facts, libc, names)


def _on_musl(facts: Facts, libc: LibcSeen, names: Sequence[Named]) -> Iterator[Finding]:
    by_origin = by_origin_of(facts, names)
    made = [one for one in by_origin.get("built", ()) if foreign_maker(facts, one, libc.distro)]
    vendored = [*by_origin.get("vendored", ()), *made]
    vendored += by_origin.get("unnamed", ()) if vendored else ()
    if (
        vendored
        and not is_native(libc)
        and not is_brought_along(facts, vendored[0].symbol.platform, vendored)
    ):
        missing = (origin_missing(vendored[0].symbol),)
        yield group_finding(facts, FAMILY, ON_MUSL, "untestable", vendored, libc.evidence, missing)
    elif vendored and not foreign_maker(facts, vendored[0], libc.distro) and _may_be_own(vendored):
        name = vendored[0].symbol.name
        why = "glibc has the name, and it is a plain word: a function of the archive's own may be so called"
        how = (f"grep -rnw {name} --include='*.h' --include='*.c' .",)
        missing = (Missing(f"whose {name} is meant", why, how),)
        yield group_finding(facts, FAMILY, ON_MUSL, "untestable", vendored, libc.evidence, missing)
    elif vendored:
        maker = [told for one in vendored[:1] if (told := foreign_maker(facts, one, libc.distro))]
        evidence = [*libc.evidence, *maker, *compilers_of(facts, vendored)]
        yield group_finding(facts, FAMILY, ON_MUSL, "supported", vendored, evidence)
    here = pick(by_origin.get("here", ()), lambda raw: True)
    if here:
        compiled = [origin.compile for one in here[:2] if (origin := origin_of(facts, one)).compile]
        yield group_finding(facts, FAMILY, ON_MUSL, "refuted", here, compiled)
    unknown = [
        one for state in ("built", "object") for one in by_origin.get(state, ()) if one not in made
    ]
    if unknown and not vendored:
        missing = (origin_missing(unknown[0].symbol),)
        yield group_finding(facts, FAMILY, ON_MUSL, "untestable", unknown, libc.evidence, missing)


def _may_be_own(names: Sequence[Named]) -> bool:
    """All are plain words of small letters, such as `error`: no header of glibc's made them."""
    return all(raw.isalpha() and raw.islower() for named in names for raw in named.raw)


def is_native(libc: LibcSeen) -> bool:
    """The image's own compiler is musl's: whatever wants names of glibc was not compiled by it."""
    if libc.distro in NATIVE_MUSL:
        return True
    return any(_NATIVE.search(told.text) for told in libc.evidence)


def _asks_for_them(facts: Facts, platform: str, told: dict[str, Evidence]) -> Evidence | None:
    """A compile of the same source that defines _GNU_SOURCE, which C++ does by itself: an older musl
    would have declared the names."""
    sources = {found[1] for one in told.values() if (found := _SOURCE.match(one.text[:MAX_LINE]))}
    rows = facts.on(facts.lines_with(sorted(sources)), platform) if sources else facts.lines[:0]
    for row in each(rows):
        if _COMPILES.search(row.text[:MAX_LINE]) and any(source in row.text for source in sources):
            return Evidence.of_row(row)
    return None


def judge_lfs64(facts: Facts) -> Iterator[Finding]:
    """musl-lfs64-removed: in the link, or already in the compile."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), is_lfs64)
        told = _undeclared(facts, platform)
        if not names and not told:
            continue
        libc = libc_of(facts, platform)
        if libc.libc != "musl":
            if libc.libc and names:
                yield group_finding(facts, FAMILY, LFS64, "refuted", names, libc.evidence)
            elif not libc.libc and (names or told):
                subjects = names or _subjects(told, platform)
                evidence = list(told.values())[:3]
                yield group_finding(
                    facts, FAMILY, LFS64, "untestable", subjects, evidence, (dockerfile_of_libc(),)
                )
        elif names:
            yield from _lfs64_at_link(facts, libc, names)
        elif told:
            yield _lfs64_at_compile(facts, libc, platform, told)


def _lfs64_at_link(facts: Facts, libc: LibcSeen, names: Sequence[Named]) -> Iterator[Finding]:
    """That the link lacks them is proof enough that this musl has them no more."""
    by_origin = by_origin_of(facts, names)
    here = by_origin.get("here", [])
    rust = [n for n in by_origin.get("built", ()) if _is_rust(n)]
    if rust:
        claim = "Rust code, or Rust's ready-made standard library, uses 64-bit file names that musl has given up since 1.2.4."
        fix = (
            "Update Rust (its ready-made std for musl no longer asks for them) and the libc crate: cargo update -p libc.",
        )
        yield group_finding(
            facts, FAMILY, LFS64, "supported", rust, libc.evidence, claim=claim, fix=fix
        )
    if here:
        compiled = [origin.compile for one in here[:2] if (origin := origin_of(facts, one)).compile]
        yield group_finding(facts, FAMILY, LFS64, "supported", here, [*libc.evidence, *compiled])
    vendored = by_origin.get("vendored", [])
    if vendored:
        text = "nothing in the log compiles or archives the object that wants it"
        ref = vendored[0].references[:1]
        evidence = [
            Evidence(r.evidence.file, r.evidence.line_no, f"{text}: {r.evidence.text}") for r in ref
        ]
        yield group_finding(facts, FAMILY, LFS64, "refuted", vendored, evidence)
    unknown = [
        n for state in ("built", "object") for n in by_origin.get(state, ()) if n not in rust
    ]
    if unknown:
        missing = (origin_missing(unknown[0].symbol),)
        yield group_finding(facts, FAMILY, LFS64, "untestable", unknown, libc.evidence, missing)


def _is_rust(named: Named) -> bool:
    return any(".rcgu.o" in ref.member or ".rcgu.o" in ref.object for ref in named.references)


def _undeclared(facts: Facts, platform: str) -> dict[str, Evidence]:
    """Names of the family that a compiler did not find declared."""
    rows = facts.on(facts.lines, platform)
    rows = rows[rows["kind"].isin(["compiler", "build_script"])]
    rows = rows[rows["text"].str.contains("64", regex=False).astype(bool)]
    found: dict[str, Evidence] = {}
    for row in each(rows):
        for match in _UNDECLARED.finditer(row.text[:MAX_LINE]):
            name = next(part for part in match.groups() if part)
            if is_lfs64(name) or name.removesuffix("64") in ("off", "stat", "dirent"):
                found.setdefault(name, Evidence.of_row(row))
    return found


def _subjects(told: dict[str, Evidence], platform: str) -> list[Named]:
    return [Named(Symbol(name, platform), (name,), ()) for name in told]


def _lfs64_at_compile(
    facts: Facts, libc: LibcSeen, platform: str, told: dict[str, Evidence]
) -> Finding:
    evidence = [*list(told.values())[:3], *libc.evidence]
    status: Status = "supported"
    missing: tuple[Missing, ...] = ()
    if libc.version and version_key(libc.version) < version_key(LFS64_SINCE):
        status = "refuted"
    elif not libc.version:
        asked = _asks_for_them(facts, platform, told)
        evidence += [asked] if asked else []
        if asked is None:
            status, missing = "untestable", (dockerfile_of_libc(),)
    return group_finding(facts, FAMILY, LFS64, status, _subjects(told, platform), evidence, missing)


CAUSES = (
    Cause(ON_MUSL, FAMILY, "cause", judge_on_musl, telling=MUSL_WORDS),
    Cause(LFS64, FAMILY, "cause", judge_lfs64, yields_to=(ON_MUSL, "host-libc-headers-leak")),
)
