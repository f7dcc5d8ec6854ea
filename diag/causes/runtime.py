"""Family C, compiler runtime: names that a compiler calls by itself, and the runtime that the link
lacks. Each is told by its name and its machine; the link command decides what is left.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.model import Cause, Evidence, Finding
from diag.causes.named import (
    Named,
    arch_of,
    bits_of,
    group_finding,
    pick,
    reference_of,
    wanted_on,
    wanting_objects,
)
from diag.causes.on_line import (
    NO_LIBRARIES,
    command_told,
    has_any,
    is_before_its_users,
    is_linker_itself,
    places_of,
    whole_command,
    whole_command_missing,
)
from diag.causes.origins import compilers_of, is_of_toolchain
from diag.knowledge.names import (
    in_compiler_rt_alone,
    in_libgcc,
    is_helper,
    version_key,
)
from diag.schema import each

FAMILY = "runtime"
WIDE = "libatomic-missing-wide"
SUBWORD = "libatomic-missing-subword"
OUTLINE = "outline-atomics-helpers-missing"
LSE_INIT = "lse-init-getauxval"
BUILTIN = "compiler-rt-builtin-missing"
CPU_MODEL = "cpu-model-symbol-missing"
_GCC = re.compile(r"GCC: \([^)]*\) (\d+(?:\.\d+)*)")
_OWN_FUNCTIONS = (
    "init_have_lse_atomics",
    "__init_cpu_features",
    "init_cpu_features",
    "__aarch64_have_lse_atomics",
)
_OWN_MEMBERS = (
    "lse-init.o",
    "lse_init.o",
    "cpu_model.c.o",
    "cpuinfo.o",
    "aarch64.c.o",
    "cpu_model.o",
)


def _is_wide(raw: str, bits: int) -> bool:
    """`_8` is more than a 32-bit machine has; `_16`, and sizes that only run time knows, are more
    than any."""
    if not is_helper(raw, ("atomic-wide",)):
        return False
    return bits in (0, 32) or not raw.endswith("_8")  # 0: of two machines, only one lacks it


def judge_wide(facts: Facts) -> Iterator[Finding]:
    """libatomic-missing-wide."""
    for platform in facts.judged:
        bits = bits_of(platform)
        names = [n for n in wanted_on(facts, platform) if any(_is_wide(raw, bits) for raw in n.raw)]
        if names:
            yield _atomic(facts, WIDE, names)


def judge_subword(facts: Facts) -> Iterator[Finding]:
    """libatomic-missing-subword: RISC-V alone has no instructions of that width."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), lambda raw: is_helper(raw, ("atomic-subword",)))
        arch = arch_of(platform)
        if names and arch in ("riscv64", "riscv32"):
            yield _atomic(facts, SUBWORD, names)


def _atomic(facts: Facts, cause: str, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    if command is None:
        return group_finding(
            facts, FAMILY, cause, "untestable", names, (), (whole_command_missing(names),)
        )
    if not places_of(command, ("atomic",)):
        evidence = [command_told(command, "has no -latomic")]
        return group_finding(facts, FAMILY, cause, "supported", names, evidence)
    if is_before_its_users(command, ("atomic",), names):
        evidence = [command_told(command, "has -latomic before the objects that need it")]
        claim = "libatomic stands on the link command before its users, and this linker has passed it by then."
        fix = (
            "Put -latomic after the objects and archives that need it (LIBS, not LDFLAGS; cargo:rustc-link-lib=atomic).",
        )
        return group_finding(
            facts, FAMILY, cause, "supported", names, evidence, claim=claim, fix=fix
        )
    evidence = [command_told(command, "has -latomic")]
    return group_finding(facts, FAMILY, cause, "refuted", names, evidence)


def judge_outline(facts: Facts) -> Iterator[Finding]:
    """outline-atomics-helpers-missing: the names are libgcc's own, of GCC 9.4 and 10 on."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), lambda raw: is_helper(raw, ("outline-atomics",)))
        if names and arch_of(platform) in ("aarch64", ""):
            yield _outline(facts, names)


def _outline(facts: Facts, names: Sequence[Named]) -> Finding:
    made = compilers_of(facts, names)
    command = whole_command(facts, names)
    if command is None:
        missing = (whole_command_missing(names),)
        status = "supported" if any(_is_new_gcc(told.text) for told in made) else "untestable"
        if status == "supported":
            return group_finding(facts, FAMILY, OUTLINE, "supported", names, made)
        return group_finding(facts, FAMILY, OUTLINE, "untestable", names, made, missing)
    switch = has_any(command, NO_LIBRARIES)
    own = places_of(command, ("gcc", "clang_rt.builtins-aarch64"))
    if switch and not own:
        what = f"has {switch}, so libgcc is left out"
        return group_finding(
            facts, FAMILY, OUTLINE, "supported", names, [*made, command_told(command, what)]
        )
    if is_linker_itself(command) and not own:
        what = "calls the linker itself, which adds no libgcc"
        return group_finding(
            facts, FAMILY, OUTLINE, "supported", names, [*made, command_told(command, what)]
        )
    if own and is_before_its_users(command, ("gcc", "clang_rt.builtins-aarch64"), names):
        what = "has libgcc before the objects that need it"
        return group_finding(
            facts, FAMILY, OUTLINE, "refuted", names, [command_told(command, what)]
        )
    what = "links the compiler's own libgcc, and that one has none of these: it is older than 9.4"
    return group_finding(
        facts, FAMILY, OUTLINE, "supported", names, [*made, command_told(command, what)]
    )


def _is_new_gcc(text: str) -> bool:
    return any(version_key(found[1]) >= (10,) for found in _GCC.finditer(text))


def judge_lse_init(facts: Facts) -> Iterator[Finding]:
    """lse-init-getauxval: libgcc's own start code wants it."""
    for platform in facts.judged:
        names = pick(wanted_on(facts, platform), lambda raw: raw in ("getauxval", "__getauxval"))
        if not names or arch_of(platform) not in ("aarch64", ""):
            continue
        own = [one for one in names if _is_of_runtime(facts, one)]
        if own:
            evidence = _members_told(facts, own)
            yield group_finding(facts, FAMILY, LSE_INIT, "supported", own, evidence)
        others = [
            one
            for one in names
            if one not in own and (one.references or wanting_objects(facts, one))
        ]
        if others:
            yield group_finding(facts, FAMILY, LSE_INIT, "refuted", others)


def _is_of_runtime(facts: Facts, named: Named) -> bool:
    if any(ref.function in _OWN_FUNCTIONS or ref.name in _OWN_MEMBERS for ref in named.references):
        return True
    return any(row.member in _OWN_MEMBERS for row in wanting_objects(facts, named))


def _members_told(facts: Facts, names: Sequence[Named]) -> list[Evidence]:
    return [
        Evidence(row.file, None, f"{row.member} of the compiler's runtime wants {named.raw[0]}")
        for named in names
        for row in wanting_objects(facts, named)
        if row.member in _OWN_MEMBERS
    ][:3]


def judge_builtin(facts: Facts) -> Iterator[Finding]:
    """compiler-rt-builtin-missing: clang calls what libgcc of this machine has not."""
    for platform in facts.judged:
        arch = arch_of(platform)
        names = [
            n for n in wanted_on(facts, platform) if any(_is_builtin(raw, arch) for raw in n.raw)
        ]
        if names:
            yield _builtin(facts, names)


def _is_builtin(raw: str, arch: str) -> bool:
    if is_helper(raw, ("unwind",)):
        return False
    if in_compiler_rt_alone(raw, arch):
        return True
    return is_helper(raw, ("wide-integers",)) and in_libgcc(raw, arch) is False


def _builtin(facts: Facts, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    made = compilers_of(facts, names)
    if command is not None:
        switch = has_any(command, ("--rtlib=compiler-rt", "-rtlib=compiler-rt"))
        own = [word for word in command.words if "clang_rt.builtins" in word]
        if switch or own:
            told = command_told(command, f"has {switch or own[0]}")
            return group_finding(facts, FAMILY, BUILTIN, "refuted", names, [told, *made])
        made = [*made, command_told(command, "names no compiler-rt")]
    return group_finding(facts, FAMILY, BUILTIN, "supported", names, made)


def judge_cpu_model(facts: Facts) -> Iterator[Finding]:
    """cpu-model-symbol-missing: hidden in libgcc.a, so that a shared object's want stays open."""
    for platform in facts.judged:
        if arch_of(platform) not in ("x86_64", "i386", ""):
            continue
        hidden = list(_hidden(facts, platform))
        names = pick(wanted_on(facts, platform), lambda raw: is_helper(raw, ("cpu-model",)))
        names = [named for named in names if not _is_wanted_by_its_own(named)]
        by_shared = [named for named in names if any(_is_shared(ref) for ref in named.references)]
        if hidden or by_shared:
            yield group_finding(facts, FAMILY, CPU_MODEL, "supported", [*hidden, *by_shared])
        rest = [named for named in names if named not in by_shared]
        if rest:
            yield _cpu_model(facts, rest)


def _hidden(facts: Facts, platform: str) -> Iterator[Named]:
    rows = facts.on(facts.link_errors, platform)
    rows = rows[rows["kind"] == "hidden"].dropna(subset=["symbol"]).drop_duplicates(["symbol"])
    for row in each(rows):
        if is_helper(row.symbol, ("cpu-model",)):
            yield Named(Symbol(row.symbol, platform), (row.symbol,), (reference_of(row),))


def _is_wanted_by_its_own(named: Named) -> bool:
    """The compiler's own runtime alone wants it: libgcc_s has the name itself, and a loader that
    does not find it there is of another C library."""
    return bool(named.references) and all(is_of_toolchain(ref.object) for ref in named.references)


def _is_shared(ref: Any) -> bool:
    return ref.object.endswith(".so") or ".so." in ref.object or ref.linker in ("ld.so", "ld-musl")


def _cpu_model(facts: Facts, names: Sequence[Named]) -> Finding:
    command = whole_command(facts, names)
    if command is None:
        return group_finding(
            facts, FAMILY, CPU_MODEL, "untestable", names, (), (whole_command_missing(names),)
        )
    switch = has_any(command, NO_LIBRARIES)
    if switch:
        told = command_told(command, f"has {switch}: libgcc is left out altogether")
        return group_finding(facts, FAMILY, CPU_MODEL, "refuted", names, [told])
    told = command_told(command, "links a runtime that has it not, or keeps it to itself")
    return group_finding(facts, FAMILY, CPU_MODEL, "supported", names, [told])


CAUSES = (
    Cause(WIDE, FAMILY, "cause", judge_wide),
    Cause(SUBWORD, FAMILY, "cause", judge_subword),
    Cause(OUTLINE, FAMILY, "cause", judge_outline),
    Cause(LSE_INIT, FAMILY, "cause", judge_lse_init),
    Cause(BUILTIN, FAMILY, "cause", judge_builtin),
    Cause(CPU_MODEL, FAMILY, "cause", judge_cpu_model),
)
