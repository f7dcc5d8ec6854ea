"""Family C, libc: an object was made for a newer glibc than the link has, or compiled here against
the headers of another C library."""

from __future__ import annotations

import re
from collections.abc import Iterator

from diag.causes.facts import Facts, clip
from diag.causes.libc import FAMILY, is_native, is_of_glibc_alone
from diag.causes.libc_seen import LibcSeen, dockerfile_of_libc, libc_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.named import Named, arch_of, group_finding, pick, wanted_on
from diag.causes.origins import Origin, by_origin_of, compilers_of, origin_missing, origin_of
from diag.knowledge.names import glibc_version_of, library_of, version_key

NEWER = "newer-glibc-archive"
HEADERS = "host-libc-headers-leak"
# A version that every glibc in use has; a port that came later begins with its own.
OLDEST = (2, 17)
OLDEST_OF = {"riscv64": (2, 27), "loongarch64": (2, 36)}
_AT_VERSION = re.compile(r"(?:@+|version ')GLIBC_(\d+\.\d+)")


def judge_newer(facts: Facts) -> Iterator[Finding]:
    """newer-glibc-archive."""
    for platform in facts.judged:
        versions = {named.symbol.name: _version_of(named) for named in wanted_on(facts, platform)}
        names = [named for named in wanted_on(facts, platform) if versions[named.symbol.name]]
        libc = libc_of(facts, platform)
        if not names or libc.libc == "musl":
            continue
        newest = max((versions[named.symbol.name] for named in names), key=version_key)
        yield from _newer(facts, libc, names, newest)


def _newer(facts: Facts, libc: LibcSeen, names: list[Named], newest: str) -> Iterator[Finding]:
    claim = f"An object made for glibc {newest} or later is linked against an older one."
    in_words = [n for n in names if any(_AT_VERSION.search(ref.detail) for ref in n.references)]
    if in_words:
        yield group_finding(facts, FAMILY, NEWER, "supported", in_words, libc.evidence, claim=claim)
    names = [named for named in names if named not in in_words]
    if not names:
        return
    if libc.version and version_key(libc.version) >= version_key(newest):
        yield group_finding(facts, FAMILY, NEWER, "refuted", names, libc.evidence, claim=claim)
        return
    reserved = [named for named in names if named.raw[0].startswith("_")]
    by_origin = by_origin_of(facts, reserved if not libc.version else names)
    if by_origin.get("vendored") and libc.libc:
        evidence = [*libc.evidence, *compilers_of(facts, by_origin["vendored"])]
        yield group_finding(
            facts, FAMILY, NEWER, "supported", by_origin["vendored"], evidence, claim=claim
        )
    here = by_origin.get("here", [])
    if here:
        compiled = [origin.compile for one in here[:2] if (origin := origin_of(facts, one)).compile]
        yield group_finding(facts, FAMILY, NEWER, "refuted", here, compiled, claim=claim)
    told = [*by_origin.get("vendored", ()), *here] if libc.libc else here
    open_names = [named for named in reserved if named not in told]
    if open_names:
        missing = (
            (dockerfile_of_libc(),) if not libc.version else (origin_missing(open_names[0].symbol),)
        )
        yield group_finding(
            facts, FAMILY, NEWER, "untestable", open_names, libc.evidence, missing, claim=claim
        )


def _version_of(named: Named) -> str:
    """The release of glibc that the name asks for, by its version or by when it came."""
    for ref in named.references:
        found = _AT_VERSION.search(ref.detail)
        if found and "DSO missing" not in ref.detail:
            version = found[1]
            oldest = OLDEST_OF.get(arch_of(named.symbol.platform), OLDEST)
            return version if version_key(version) > oldest else ""
    for raw in named.raw:
        version = glibc_version_of(raw)
        library = library_of(raw) if version else None
        if version and library is None:
            return version
    return ""


def judge_headers(facts: Facts) -> Iterator[Finding]:
    """host-libc-headers-leak: compiled here, against the headers of another C library."""
    for platform in facts.judged:
        wanted = pick(
            wanted_on(facts, platform),
            lambda raw: is_of_glibc_alone(raw) or bool(glibc_version_of(raw)),
        )
        if not wanted:
            continue
        libc = libc_of(facts, platform)
        names = [one for one in wanted if any(_tells_headers(raw, libc) for raw in one.raw)]
        origins = [(named, origin_of(facts, named)) for named in names]
        here = [(named, origin) for named, origin in origins if origin.state == "here"]
        leaks = [(named, origin) for named, origin in here if _leak(origin, libc)]
        if leaks:
            subjects = [named for named, _ in leaks]
            first = leaks[0][1]
            evidence = [told for told in (_compile_told(first, libc), *libc.evidence) if told]
            yield group_finding(facts, FAMILY, HEADERS, "supported", subjects, evidence)
        rest = [named for named, origin in here if not _leak(origin, libc) and libc.libc]
        if rest:
            compiled = [
                origin.compile for named, origin in here if named in rest and origin.compile
            ]
            yield group_finding(
                facts, FAMILY, HEADERS, "untestable", rest, compiled[:2], (_headers_missing(),)
            )


def _tells_headers(raw: str, libc: LibcSeen) -> bool:
    if libc.libc == "musl":
        return is_of_glibc_alone(raw)
    version = glibc_version_of(raw) if raw.startswith("_") else ""
    return bool(version) and (not libc.version or version_key(version) > version_key(libc.version))


def _leak(origin: Origin, libc: LibcSeen) -> bool:
    """A folder of the host's headers, or a compiler for glibc in a link against musl that is not
    the image's own (there a plain `gcc` is musl's)."""
    if origin.host_include:
        return True
    if libc.libc != "musl" or is_native(libc) or not origin.driver:
        return False
    return "musl" not in origin.driver


def _compile_told(origin: Origin, libc: LibcSeen) -> Evidence | None:
    if origin.compile is None:
        return None
    what = origin.host_include or f"{origin.driver}, which is no compiler for {libc.libc}"
    return Evidence(
        origin.compile.file,
        origin.compile.line_no,
        clip(f"compiled here with {what}: {origin.compile.text}"),
    )


def _headers_missing() -> Missing:
    return Missing(
        "the headers that the compile read",
        "which C library's headers declared the name is told there",
        (
            "repeat the compile with -H, or with -v, and keep the log",
            "grep -n include Makefile CMakeLists.txt",
        ),
    )


CAUSES = (
    Cause(NEWER, FAMILY, "cause", judge_newer),
    Cause(HEADERS, FAMILY, "cause", judge_headers),
)
