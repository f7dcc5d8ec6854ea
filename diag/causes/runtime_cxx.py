"""Family C, the C++ runtime and what belongs to a start: unwinder, libstdc++, IFUNC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.libc import is_of_glibc_alone
from diag.causes.libc_seen import LibcSeen, libc_of
from diag.causes.model import Cause, Evidence, Finding, Missing, Role
from diag.causes.named import Named, group_finding, pick, reference_of, wanted_on
from diag.causes.on_line import (
    NO_LIBRARIES,
    command_told,
    has_any,
    is_cxx_driver,
    is_linker_itself,
    places_of,
    whole_command,
    whole_command_missing,
)
from diag.causes.once import asked_once
from diag.causes.origins import is_of_toolchain
from diag.knowledge.names import is_helper, library_of
from diag.schema import each

FAMILY = "runtime_cxx"
UNWIND = "unwind-runtime-missing"
NOT_LINKED = "libstdcxx-not-linked"
WRONG_LIBC = "libstdcxx-wrong-libc"
IFUNC = "ifunc-on-static-musl"
CXX_LIBRARIES = ("stdc++", "c++", "supc++", "c++abi")
UNWINDERS = ("gcc_s", "gcc_eh", "unwind")
_UNWIND_LIBRARY = re.compile(r"(?:-l|library[: ]+['`]?|`)(?P<name>gcc_s|gcc_eh|unwind)\b")
_NO_UNWINDER = ("--unwindlib=none", "-unwindlib=none", "--rtlib=compiler-rt", "-rtlib=compiler-rt")
# The same names as a linker prints them demangled, without the objects at hand.
_CORE_TEXT = re.compile(
    r"operator (?:new|delete)\b|(?:vtable|typeinfo(?: name)?|VTT) for (?:std::|__cxxabiv1::|(?:unsigned |signed |long )*(?:int|char|long|short|bool|float|double|void)\b)"
)
_CXX_TEXT = re.compile(r"(?:non-virtual thunk to )?(?:std::|__gnu_cxx::|__cxxabiv1::)")
_LIBSTDCXX = re.compile(r"lib(?:std|sup)c\+\+\.(?:a|so(?:\.\d+)*)")
_HOST_LIBSTDCXX = re.compile(r"/[\w-]+-linux-gnu\w*(?:/[\d.]+)?(?:/libstdc\+\+\.(?:a|so)\S*)?/?$")


def is_cxx_core(raw: str) -> bool:
    """A name that only a C++ runtime has, and that no template of a program makes."""
    return is_helper(raw, ("exceptions", "operators", "cxx-tables")) or bool(_CORE_TEXT.match(raw))


def is_cxx_name(raw: str) -> bool:
    """A name of the C++ library or of its runtime."""
    if is_cxx_core(raw) or _CXX_TEXT.match(raw):
        return True
    library = library_of(raw)
    return library is not None and library.key in ("stdc++", "stdc++fs")


def judge_unwind(facts: Facts) -> Iterator[Finding]:
    """unwind-runtime-missing: the library is not there, or is not on the link."""
    for platform in facts.judged:
        absent = list(_absent_unwinders(facts, platform))
        if absent:
            yield group_finding(facts, FAMILY, UNWIND, "supported", absent)
        names = pick(wanted_on(facts, platform), lambda raw: is_helper(raw, ("unwind",)))
        if names:
            yield _unwind(facts, names)


def _absent_unwinders(facts: Facts, platform: str) -> Iterator[Named]:
    rows = facts.on(facts.link_errors, platform)
    for row in each(rows[rows["kind"] == "library_not_found"]):
        found = _UNWIND_LIBRARY.search(
            f"{row.object if not pd.isna(row.object) else ''} {row.detail_text}"
        )
        if found:
            name = f"-l{found['name']}"
            yield Named(Symbol(name, platform), (name,), (reference_of(row),))


def _unwind(facts: Facts, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    if command is None:
        return group_finding(
            facts, FAMILY, UNWIND, "untestable", names, (), (whole_command_missing(names),)
        )
    own = places_of(command, UNWINDERS)
    if own:
        told = command_told(command, "names an unwinder")
        return group_finding(facts, FAMILY, UNWIND, "refuted", names, [told])
    switch = has_any(command, (*NO_LIBRARIES, *_NO_UNWINDER))
    if switch or is_linker_itself(command):
        why = f"has {switch}" if switch else "calls the linker itself"
        told = command_told(command, f"{why}, and names no -lgcc_s, -lgcc_eh or -lunwind")
        return group_finding(facts, FAMILY, UNWIND, "supported", names, [told])
    told = command_told(command, "names no unwinder; which one its driver adds is not shown")
    return group_finding(facts, FAMILY, UNWIND, "untestable", names, [told], (_driver_missing(),))


def _driver_missing() -> Missing:
    return Missing(
        "what the compiler driver passes to the linker",
        "the runtime libraries that it adds by itself stand there",
        ("repeat the link with -v (or -###) and keep the log", "cc -print-libgcc-file-name"),
    )


def judge_not_linked(facts: Facts) -> Iterator[Finding]:
    """libstdcxx-not-linked."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), is_cxx_name)
        core = pick(names, is_cxx_core)
        if core:
            yield _not_linked(facts, core, [*core, *(one for one in names if one not in core)])


def _not_linked(facts: Facts, core: Sequence[Named], names: Sequence[Named]) -> Finding:
    command = whole_command(facts, core)
    if command is None:
        return group_finding(
            facts, FAMILY, NOT_LINKED, "untestable", names, (), (whole_command_missing(core),)
        )
    if places_of(command, CXX_LIBRARIES):
        told = command_told(command, "names a C++ library")
        return group_finding(facts, FAMILY, NOT_LINKED, "refuted", names, [told])
    if is_cxx_driver(command) and not has_any(command, ("-nostdlib++",)):
        told = command_told(command, "is of a C++ driver, which adds the C++ library")
        return group_finding(facts, FAMILY, NOT_LINKED, "refuted", names, [told])
    told = command_told(command, "is of no C++ driver and has no -lstdc++ or -lc++")
    return group_finding(facts, FAMILY, NOT_LINKED, "supported", names, [told])


def judge_wrong_libc(facts: Facts) -> Iterator[Finding]:
    """libstdcxx-wrong-libc: it links, and dies in the C++ library."""
    for platform in facts.judged:
        held = any(_wants_for_libstdcxx(one) for one in wanted_on(facts, platform))
        told = _host_libstdcxx(facts, platform)
        libc = libc_of(facts, platform) if held or told else LibcSeen()
        if libc.libc != "musl":
            continue
        names = pick(wanted_on(facts, platform), is_of_glibc_alone)
        names = [n for n in names if _wants_for_libstdcxx(n)]
        if names:
            names += [n for n in wanted_on(facts, platform) if n not in names and _of_runtime(n)]
            claim = "The C++ library of a glibc compiler is linked against musl, and wants names of glibc."
            yield group_finding(
                facts, FAMILY, WRONG_LIBC, "supported", names, libc.evidence, claim=claim
            )
            continue
        if not told:
            continue
        named = Named(Symbol("", platform), ("",), ())
        ended = facts.end_of_run(platform)
        evidence = [*told, *libc.evidence, *ended]
        if _died(facts, platform):
            yield group_finding(facts, FAMILY, WRONG_LIBC, "supported", [named], evidence)
        elif ended:
            yield group_finding(facts, FAMILY, WRONG_LIBC, "refuted", [named], evidence)
        elif facts.outcome(platform) != "failed":
            yield group_finding(
                facts, FAMILY, WRONG_LIBC, "untestable", [named], evidence, (run_missing(platform),)
            )


def _wants_for_libstdcxx(named: Named) -> bool:
    return any(_LIBSTDCXX.fullmatch(PurePath(ref.object).name) for ref in named.references)


def _of_runtime(named: Named) -> bool:
    """Nothing but the compiler's runtime wants it, which came with that C++ library."""
    return bool(named.references) and all(is_of_toolchain(ref.object) for ref in named.references)


def _host_libstdcxx(facts: Facts, platform: str) -> list[Evidence]:
    """The link commands that take libstdc++ out of a glibc compiler's folder."""
    found = []
    for command in each(facts.on(facts.link_commands, platform)):
        has_library = bool(places_of(command, CXX_LIBRARIES))
        for word in command.words:
            folder = word.removeprefix("-L") if word.startswith("-L") else word
            if (
                has_library
                and _HOST_LIBSTDCXX.search(folder)
                and (word.startswith("-L") or "stdc++" in word)
            ):
                found.append(command_told(command, f"takes the C++ library of glibc: {word}"))
    return found[:2]


def _died(facts: Facts, platform: str) -> bool:
    rows = facts.outcomes[facts.outcomes["platform"] == platform]
    return any(str(row.ended).startswith("SIG") for row in each(rows))


def run_missing(platform: str) -> Missing:
    """The artefact: how the program ends when it is run."""
    return Missing(
        f"a run of the program on {platform or 'the platform'}",
        "whether it dies, and where, is seen there alone",
        (
            "docker run --rm --platform PLATFORM IMAGE PROGRAM --version; echo $?",
            "gdb -batch -ex run -ex bt PROGRAM",
        ),
    )


def judge_ifunc(facts: Facts) -> Iterator[Finding]:
    """ifunc-on-static-musl: musl applies no IRELATIVE relocations."""
    for platform in facts.judged:
        rows = _ifuncs(facts)
        own = rows[[facts.platform_of_file.get(file) == platform for file in rows["file"]]]
        libc = libc_of(facts, platform)
        if len(own) and libc.libc:
            yield from _ifunc(facts, platform, libc, own)


@asked_once
def _ifuncs(facts: Facts) -> Any:
    symbols = facts.symbols
    if len(symbols):
        symbols = symbols[(symbols["type"] == "IFUNC") & symbols["is_defined"]]
    return symbols


def _ifunc(facts: Facts, platform: str, libc: LibcSeen, rows: Any) -> Iterator[Finding]:
    """Some linkers leave the type in the program, others make a plain function of it: the objects
    that define it tell then, if the program has the name."""
    programs = _static_programs(facts, platform)
    held = _defined_in(facts, programs)
    names = [name for name in dict.fromkeys(map(str, rows["name"])) if name in held]
    if not names:
        return
    text = f"{names[0]} is chosen at start (STT_GNU_IFUNC)"
    evidence = [Evidence(str(rows["file"].iloc[0]), None, text)]
    evidence += [
        Evidence(file, None, f"a static program that holds {names[0]}") for file in programs[:1]
    ]
    evidence += [*libc.evidence, *facts.end_of_run(platform)]
    subjects = [Named(Symbol(name, platform), (name,), ()) for name in names]
    ran = facts.outcomes.loc[facts.outcomes["platform"] == platform, "ran"].dropna()
    if libc.libc == "glibc" or ran.eq(True).any():
        yield group_finding(facts, FAMILY, IFUNC, "refuted", subjects, evidence)
    else:
        role: Role = "cause" if len(ran) else "latent"
        yield group_finding(facts, FAMILY, IFUNC, "supported", subjects, evidence, role=role)


def _static_programs(facts: Facts, platform: str) -> list[str]:
    """Programs that need no library. (A loader may be named in them all the same: the musl-gcc
    wrapper of Debian names it in every link.)"""
    rows = facts.of_platform(facts.objects, platform)
    return [row.file for row in each(rows[rows["kind"] == "executable"]) if not len(row.needed)]


def _defined_in(facts: Facts, programs: Sequence[str]) -> set[str]:
    symbols = facts.symbols
    own = symbols[symbols["file"].isin(list(programs)) & symbols["is_defined"]]
    return set(map(str, own["name"]))


CAUSES = (
    Cause(UNWIND, FAMILY, "cause", judge_unwind),
    Cause(NOT_LINKED, FAMILY, "cause", judge_not_linked),
    Cause(WRONG_LIBC, FAMILY, "cause", judge_wrong_libc),
    Cause(IFUNC, FAMILY, "cause", judge_ifunc),
)
