"""Families C and G: a library that everybody knows is not on the link."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, clip
from diag.causes.libc_seen import libc_of
from diag.causes.library_doubts import BESIDE_MUSL, still_open
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.named import Named, arch_of, group_finding, is_defined_somewhere, pick, wanted_on
from diag.causes.on_line import (
    NO_LIBRARIES,
    command_told,
    has_any,
    is_before_its_users,
    is_cxx_driver,
    is_fortran_driver,
    is_linker_itself,
    library_name,
    places_of,
    whole_command,
    whole_command_missing,
)
from diag.causes.runtime_cxx import CXX_LIBRARIES, is_cxx_name
from diag.causes.transitive import said_of_libc
from diag.knowledge.names import (
    Instrumentation,
    Library,
    in_libgcc,
    instrumentation_of,
    is_helper,
    library_of,
    names_in,
)

FAMILY = "library"
LIBRARY = "library-not-linked"
INSTRUMENTATION = "instrumentation-runtime-missing"
NOSTDLIB = "nostdlib-drops-runtime"
_TOLD_ELSEWHERE = ("stdc++", "gcc_s")  # by libstdcxx-not-linked and unwind-runtime-missing
_IN_MUSL = ("pthread", "dl", "rt", "util", "crypt", "resolv", "m")  # one libc holds them all
_HELPERS = (
    "wide-integers", "integers", "floats", "arm-eabi", "arm-unwind", "sync", "save-restore",
    "outline-atomics", "unwind", "cpu-model",
)  # fmt: skip
_OF_LIBC = ("stack-protector", "memory")


def judge_library(facts: Facts) -> Iterator[Finding]:
    """library-not-linked, one finding a library."""
    for platform in facts.judged:
        groups: dict[str, tuple[Library, list[Named]]] = {}
        for named in wanted_on(facts, platform):
            library = next(filter(None, map(library_of, named.raw)), None)
            if library is not None and _is_meant(facts, platform, library):
                groups.setdefault(library.key, (library, []))[1].append(named)
        for library, names in groups.values():
            yield from _library(facts, library, names)


def _is_meant(facts: Facts, platform: str, library: Library) -> bool:
    """Whether the library is one by itself with the C library that is linked."""
    if library.key in _TOLD_ELSEWHERE or (library.key == "atomic" and not arch_of(platform)):
        return False  # which atomics a machine lacks is told by libatomic-missing-*
    libc = libc_of(facts, platform).libc
    if library.key in _IN_MUSL:
        return libc != "musl"
    return libc != "glibc" if library.key in BESIDE_MUSL else True


def _library(facts: Facts, library: Library, names: list[Named]) -> Iterator[Finding]:
    others = [named for named in names if _is_given_elsewhere(facts, named, library)]
    if others:
        rows = facts.definitions(others[0].symbol).head(2)
        found = [
            Evidence(f, None, f"{others[0].symbol.name} is defined here") for f in rows["file"]
        ]
        yield group_finding(facts, FAMILY, LIBRARY, "refuted", others, found, claim=_claim(library))
    names = [named for named in names if named not in others]
    if names:
        yield _not_on_line(facts, library, names)


def _is_given_elsewhere(facts: Facts, named: Named, library: Library) -> bool:
    """A file given defines it, and that is not the well-known library."""
    if not is_defined_somewhere(facts, named):
        return False
    files = facts.definitions(named.symbol)["file"]
    return any(library_name(PurePath(file).name) not in library.files for file in files)


def _claim(library: Library) -> str:
    return f"The name belongs to {_title(library)}, which the link command does not name."


def _title(library: Library) -> str:
    return f"lib{library.files[0]}"


def _not_on_line(facts: Facts, library: Library, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    fix = _fix(library)
    if command is None:
        missing = (whole_command_missing(names),)
        return _told(facts, "untestable", names, library, (), missing)
    own = places_of(command, library.files)
    told = _brought_by_driver(command, library)
    if own:
        where = ", before its users" if is_before_its_users(command, library.files, names) else ""
        told = f"has {_title(library)}{where}"
    if told:
        return _told(facts, "refuted", names, library, [command_told(command, told)])
    evidence = [command_told(command, f"has no {library.switch}")]
    if (undecided := still_open(facts, library, names)) is not None:
        return _told(facts, "untestable", names, library, evidence, (undecided,))
    return _told(facts, "supported", names, library, evidence, fix=fix)


def _told(
    facts: Facts, status: Status, names: Sequence[Named], library: Library,
    evidence: Iterable[Evidence], missing: Iterable[Missing] = (), fix: Iterable[str] = (),
) -> Finding:  # fmt: skip
    return group_finding(
        facts, FAMILY, LIBRARY, status, names, evidence, missing, claim=_claim(library), fix=fix
    )


def _brought_by_driver(command: Any, library: Library) -> str:
    """What brings the library without naming it; "" for nothing."""
    if library.flag and (switch := has_any(command, (library.flag, f"{library.flag}=libomp"))):
        return f"has {switch}"
    if library.key == "m" and is_cxx_driver(command) and not has_any(command, NO_LIBRARIES):
        return "is of a C++ driver, which adds libm"
    if library.key in ("gfortran", "quadmath", "m") and is_fortran_driver(command):
        return "is of a Fortran driver, which adds its runtime"
    return ""


def _fix(library: Library) -> tuple[str, ...]:
    name, switch = library.files[0], library.switch
    steps = [
        f"Name it on the link, after the objects that need it: {switch} (make: LDLIBS += {switch}; go: #cgo LDFLAGS: -l{name})."
    ]
    steps += [
        f'CMake: target_link_libraries(TARGET PRIVATE {name}). A build script for cargo: println!("cargo:rustc-link-lib={name}").'
    ]
    packages = [
        f"Debian: {library.debian}" if library.debian else "",
        f"Alpine: {library.alpine}" if library.alpine else "",
    ]
    steps += [
        f"The package that has it, for the target's architecture: {'; '.join(filter(None, packages))}."
    ]
    return tuple(steps)


def judge_instrumentation(facts: Facts) -> Iterator[Finding]:
    """instrumentation-runtime-missing, one finding a kind of instrumentation."""
    for platform in facts.judged:
        groups: dict[str, tuple[Instrumentation, list[Named]]] = {}
        for named in wanted_on(facts, platform):
            kind = next(filter(None, map(instrumentation_of, named.raw)), None)
            if kind is not None:
                groups.setdefault(kind.key, (kind, []))[1].append(named)
        for kind, names in groups.values():
            yield _instrumentation(facts, kind, names)


def _instrumentation(facts: Facts, kind: Instrumentation, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    claim = f"Objects were compiled with {kind.flags[0]}, and the link has not that switch."
    if command is None:
        missing = (whole_command_missing(names),)
        return group_finding(
            facts, FAMILY, INSTRUMENTATION, "untestable", names, (), missing, claim=claim
        )
    switch = has_any(command, kind.flags)
    own = [word for word in command.words if any(name in word for name in kind.libraries)]
    if switch or own:
        told = [command_told(command, f"has {switch or own[0]}")]
        return group_finding(facts, FAMILY, INSTRUMENTATION, "refuted", names, told, claim=claim)
    told = [command_told(command, f"has no {' or '.join(kind.flags)}")]
    fix = (
        f"Give the link the same switch as the compile: {kind.flags[0]} (LDFLAGS too; cargo: -C link-arg={kind.flags[0]}).",
        "Or compile everything again without it: clean the build folder, as objects of an earlier configuration keep it.",
        f"The runtime is in the package {kind.debian} (Debian) and has to be there for the target's architecture.",
    )
    return group_finding(
        facts, FAMILY, INSTRUMENTATION, "supported", names, told, claim=claim, fix=fix
    )


def judge_nostdlib(facts: Facts) -> Iterator[Finding]:
    """nostdlib-drops-runtime."""
    for platform in facts.judged:
        arch = arch_of(platform)
        wanted = wanted_on(facts, platform)
        names = pick(
            wanted, lambda raw: raw in names_in("library_names", "c") or is_helper(raw, _OF_LIBC)
        )
        helpers = [
            n for n in wanted if n not in names and any(_is_of_libgcc(raw, arch) for raw in n.raw)
        ]
        cxx = [n for n in pick(wanted, is_cxx_name) if n not in helpers]
        if names or helpers or cxx:
            yield from _nostdlib(facts, names, helpers, cxx)


def _is_of_libgcc(raw: str, arch: str) -> bool:
    return bool(in_libgcc(raw, arch)) or is_helper(raw, _HELPERS, arch)


def _nostdlib(
    facts: Facts, names: list[Named], helpers: list[Named], cxx: list[Named]
) -> Iterator[Finding]:
    command = whole_command(facts, [*names, *helpers, *cxx])
    if command is None:
        of_libc = [named for named in names if said_of_libc(named)]
        if of_libc:
            evidence, missing = said_of_libc(of_libc[0]), (whole_command_missing(of_libc),)
            yield group_finding(facts, FAMILY, NOSTDLIB, "untestable", of_libc, evidence, missing)
        return
    switch = has_any(command, (*NO_LIBRARIES, "-nostdlib++"))
    if not switch and not is_linker_itself(command):
        return
    left = [] if places_of(command, ("c",)) or switch == "-nostdlib++" else list(names)
    if switch not in ("-nolibc", "-nostdlib++"):
        left += (
            []
            if places_of(command, ("gcc", "gcc_s", "gcc_eh", "unwind", "compiler_builtins"))
            else helpers
        )
    if is_cxx_driver(command) and switch != "-nolibc" and not places_of(command, CXX_LIBRARIES):
        left += cxx
    if not left:
        told = command_told(command, f"has {switch or 'no driver'}, and names the library itself")
        yield group_finding(facts, FAMILY, NOSTDLIB, "refuted", [*names, *helpers, *cxx], [told])
    elif switch:
        told = command_told(
            command, f"has {switch}, and does not name the library that it takes away"
        )
        yield group_finding(facts, FAMILY, NOSTDLIB, "supported", left, [told])
    else:
        told = command_told(command, "calls the linker itself, which adds no library")
        claim = "The linker is called without a compiler's driver, so neither the C library nor the compiler's runtime is added."
        yield group_finding(facts, FAMILY, NOSTDLIB, "supported", left, [told], claim=clip(claim))


CAUSES = (
    Cause(
        LIBRARY, FAMILY, "cause", judge_library,
        yields_to=(
            "libatomic-missing-wide", "libatomic-missing-subword", "transitive-dso-missing", INSTRUMENTATION,
            NOSTDLIB, "glibc-archive-on-musl", "newer-glibc-archive", "static-link-order", "symbol-hidden",
            "tls-library-collision", "inline-namespace-version-mismatch", "cxx11-abi-mismatch", "library-not-found",
            "language-linkage-mismatch",
        ),
    ),
    Cause(INSTRUMENTATION, FAMILY, "cause", judge_instrumentation),
    Cause(
        NOSTDLIB, FAMILY, "cause", judge_nostdlib,
        yields_to=(
            "outline-atomics-helpers-missing", "lse-init-getauxval", "compiler-rt-builtin-missing",
            "unwind-runtime-missing", "cpu-model-symbol-missing", "libstdcxx-not-linked",
        ),
    ),
)  # fmt: skip
