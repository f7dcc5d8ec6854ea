"""Family F, what ends a build that no linker is at fault for: memory, disk, emulators, processors."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.infrastructure_doubts import (
    CANCELED_TELLING,
    hosts_of,
    instruction_missing,
    is_one_machine,
    linked_later,
    what_was_started,
    why_killed,
)
from diag.causes.machines import fitted, host_of, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.searched import having
from diag.causes.toolchain import toolchain_of
from diag.schema import each

KILLED = "linker-oom-killed"
QEMU = "qemu-user-crash"
DISK = "disk-full"
EXEC = "exec-format-error"
PAGE = "allocator-page-size"
NATIVE = "native-cpu-in-image"
SHARED_NATIVE = "native-march-in-shared-cache"

MAX_SHOWN = 8
# Signal 9, or memory that was refused. Sources: gcc (collect2, driver), clang's driver, rustc and cargo,
# go, make and shells; the kernel's log; glibc, libstdc++, Rust and LLVM where an allocation fails.
_KILLED = re.compile(
    r"terminated with signal 9\b|\(?signal: 9\b|: signal: killed\b|Killed signal terminated program"
    r"|unable to execute command: Killed|linker command failed due to signal|^Killed\b|\d Killed\b|[Oo]ut of memory"
    r"|oom-kill|[Cc]annot allocate memory|std::bad_alloc|memory allocation of \d+ bytes failed"
    r"|virtual memory exhausted|exit code: 137\b|\*\*\* \[[^\]]*\] (?:Error 137|Killed)\b"
)
_BY_LINK = re.compile(r"\bld\b|collect2|link(?:er|ing)|\blld\b|\bmold\b|\bgold\b")
# Signal 4 is an instruction that the emulated processor does not have, 6 a program's own abort.
_QEMU = re.compile(r"qemu: uncaught target signal (?:7|11)\b")
_BUILD_TOOLS = re.compile(
    r"\b(?:apt|apt-get|apk|dpkg|pip|npm|yarn|node|cargo|rustc|go|make|cmake|ninja|gcc|g\+\+|configure)\b"
)
_CRASHED = re.compile(
    r"internal compiler error: (?:Segmentation fault|Illegal instruction|Aborted)|signal: (?:11|4|6|7)\b"
    r"|(?:cc1(?:plus)?|rustc|as|collect2|ld|gcc|g\+\+|clang)\b.{0,80}(?:Segmentation fault|core dumped)"
    r"|terminated (?:with|by) signal (?:11|4|6|7)\b|Segmentation fault.{0,80}(?:cc1|rustc|gcc|g\+\+|clang)"
)
# The last words are mold's: it catches SIGBUS, and looks whether the address is in its mapped output.
_DISK = re.compile(
    r"[Nn]o space left on device|ENOSPC|[Dd]isk quota exceeded|failed to write to an output file\. Disk full\?"
)
# Signal 7 of a program that writes its output through a mapping: the page that no disk can give.
_BUS = re.compile(r"\b(?:ld|collect2|linker)\b.*(?:signal:? 7\b|Bus error)")
_EXEC = re.compile(r"[Ee]xec format error")
_PAGE = re.compile(r"[Uu]nsupported system page size")
_ILLEGAL = re.compile(r"Illegal instruction|SIGILL|signal: 4\b")
_IS_NATIVE = re.compile(r"-m(?:arch|cpu|tune)=native\b|target-cpu=native\b")
_CACHED = re.compile(r"\b(?:ccache|sccache)\b")
_HITS = re.compile(r"[Cc]ache hits? *(?:\((?:direct|preprocessed)\))? *:?\s+[1-9]|Hits:\s+[1-9]")


def _each_platform(judge: Callable[[Facts, str], Iterator[Finding]]) -> Callable[[Facts], Iterator[Finding]]:  # fmt: skip
    def all_platforms(facts: Facts) -> Iterator[Finding]:
        for platform in facts.judged:
            # What a second try survived is no cause; a program that dies when run may still be.
            is_sound = facts.outcome(platform) == "linked" and not facts.end_of_run(platform)
            if not is_sound:
                yield from judge(facts, platform)

    return all_platforms


def lines_like(facts: Facts, platform: str, pattern: re.Pattern[str]) -> list[Any]:
    """The platform's lines that match, in order; the tail that a builder repeats left out."""
    lines = facts.on(facts.lines, platform)
    lines = lines[lines["kind"] != "excerpt"]
    return list(each(lines[having(lines["text"], pattern)]))


def judge_killed(facts: Facts, platform: str) -> Iterator[Finding]:
    """linker-oom-killed: a process of the build was killed, or was refused memory."""
    rows = lines_like(facts, platform, _KILLED)
    if not rows:
        return
    by_link = [r for r in rows if _BY_LINK.search(r.text)]
    doubt = why_killed(facts, platform, rows) or linked_later(facts, platform, rows)
    if doubt is not None:
        yield _open(facts, KILLED, platform, map(Evidence.of_row, rows), doubt)
        return
    who = "The linker" if by_link else "A process of the build"
    claim = f"{who} was killed or was refused memory: nothing is wrong with what it was given."
    yield _found(facts, KILLED, platform, (by_link or rows)[:3] + rows[-1:], claim)


def judge_qemu(facts: Facts, platform: str) -> Iterator[Finding]:
    """qemu-user-crash: by the emulator's own words, or a compiler that dies where one emulates."""
    told, crashed = lines_like(facts, platform, _QEMU), lines_like(facts, platform, _CRASHED)
    emulated = _emulated_steps(facts, platform)
    of_tool = [e for e in emulated if _BUILD_TOOLS.search(e.text)]
    if told and (crashed or of_tool):
        yield _found(facts, QEMU, platform, [*told[:3], *crashed[:2]])
    elif told or (crashed and emulated):
        missing = Missing(
            "the same step on a machine of the target",
            "a compiler that dies at changing places, and under the emulator alone, is this; one that "
            "dies at one place everywhere has a bug of its own",
            (f"docker buildx build --platform {platform} --builder NATIVE_BUILDER .",
             "# or once more with --no-cache: does it die at the same file?"),
        )  # fmt: skip
        evidence = [*map(Evidence.of_row, (told + crashed)[:3]), *emulated[:1]]
        yield _BY_ID[QEMU].finding("untestable", Symbol("", platform), evidence, (missing,))


def _emulated_steps(facts: Facts, platform: str) -> list[Evidence]:
    """Steps that ran on the platform itself, where the build machine is another."""
    rows = facts.steps[
        (facts.steps["platform"] == platform) & (facts.steps["instruction"] == "RUN")
    ]
    if host_of(facts, platform) is None and not hosts_of(facts):
        # No step crosses: what runs under an emulator is told by the emulator's own line.
        return [Evidence.of_row(r, r.name_text) for r in each(rows[rows["status"] == "error"])]
    return _emulated_steps_told(facts, platform)


def _emulated_steps_told(facts: Facts, platform: str) -> list[Evidence]:
    """The same, where the log or the files tell that the build machine is another one."""
    host, target = host_of(facts, platform), target_of(facts, platform)
    hosts = hosts_of(facts)
    is_other = bool(hosts) or (host is not None and target is not None and host != target)
    if platform in hosts or not is_other:
        return []
    rows = facts.steps[
        (facts.steps["platform"] == platform) & (facts.steps["instruction"] == "RUN")
    ]
    return [Evidence.of_row(r, r.name_text) for r in each(rows)]


def judge_disk(facts: Facts, platform: str) -> Iterator[Finding]:
    """disk-full: said by any program, or possible where a linker died of its mapped output."""
    rows = lines_like(facts, platform, _DISK)
    bus = [] if rows else lines_like(facts, platform, _BUS)
    if rows and (doubt := linked_later(facts, platform, rows)) is not None:
        yield _open(facts, DISK, platform, map(Evidence.of_row, rows), doubt)
    elif rows:
        yield _found(facts, DISK, platform, rows[:3])
    elif bus:
        missing = Missing(
            "the free space where the linker writes, while it writes",
            "a linker that maps its output dies of signal 7 where no page of the disk is left; a failing "
            "disk, or an input that is cut while it is read, looks the same",
            ("df -h OUTPUT_FOLDER /tmp  # in the step that links, right after it failed",
             "# or link once more to another disk: -o /dev/shm/x"),
        )  # fmt: skip
        evidence = list(map(Evidence.of_row, bus[:3]))
        yield _BY_ID[DISK].finding("untestable", Symbol("", platform), evidence, (missing,))


def judge_exec(facts: Facts, platform: str) -> Iterator[Finding]:
    """exec-format-error: a program of another machine was started, and nothing emulates it."""
    rows = lines_like(facts, platform, _EXEC)
    # `cannot open shared object file: Exec format error` is a library's: a loader says so.
    rows = [r for r in rows if "shared object" not in r.text and "shared library" not in r.text]
    if not rows:
        return
    crosses = bool(_emulated_steps_told(facts, platform))
    if (doubt := what_was_started(facts, platform, rows, crosses=crosses)) is not None:
        yield _open(facts, EXEC, platform, map(Evidence.of_row, rows), doubt)
        return
    yield _found(facts, EXEC, platform, rows[:3])


def judge_page(facts: Facts, platform: str) -> Iterator[Finding]:
    """allocator-page-size."""
    rows = lines_like(facts, platform, _PAGE)
    if rows:
        yield _found(facts, PAGE, platform, rows[:3])


# -- the processor that a program needs ----------------------------------------------------------


def judge_native(facts: Facts, platform: str) -> Iterator[Finding]:
    """native-cpu-in-image: a program dies of an instruction, and was built for the builder's CPU."""
    dead, native = _illegal(facts, platform), _native(facts, platform)
    if dead and native and _dies_where_it_was_compiled(facts, platform):
        yield _open(facts, NATIVE, platform, [*dead[:3], *native[:3]], instruction_missing())
    elif dead and native:
        yield _BY_ID[NATIVE].finding(
            "supported", Symbol("", platform), [*dead[:3], *native[:3]],
            fix=_steps(facts, NATIVE, platform),
        )  # fmt: skip
    elif dead:
        missing = Missing(
            "the switches that the program was compiled with, or the program itself",
            "which processor it was compiled for, and which instruction it died of, is seen there",
            ("diag isa PROGRAM", "put V=1, VERBOSE=1 or -vv on the build command and keep the log"),
        )
        yield _BY_ID[NATIVE].finding("untestable", Symbol("", platform), dead[:3], (missing,))


def _dies_where_it_was_compiled(facts: Facts, platform: str) -> bool:
    if facts.end_of_run(platform) or _emulated_steps_told(facts, platform):
        return False  # it was run elsewhere, or the processor is not the machine's own
    dead, native = lines_like(facts, platform, _ILLEGAL), lines_like(facts, platform, _IS_NATIVE)
    return is_one_machine(dead, native)


def judge_shared_native(facts: Facts, platform: str) -> Iterator[Finding]:
    """native-march-in-shared-cache: the same, and the objects came out of a compiler cache."""
    dead, native = _illegal(facts, platform), _native(facts, platform)
    cached = [Evidence.of_row(r) for r in lines_like(facts, platform, _CACHED)]
    cached += [
        Evidence.of_row(r, f"{r.instruction} {r.value_text}")
        for r in each(facts.instructions)
        if _CACHED.search(r.value_text)
    ]
    if not (dead and native and cached):
        return
    hits = [Evidence.of_row(r) for r in lines_like(facts, platform, _HITS)]
    evidence = [*dead[:2], *native[:2], *cached[:1], *hits[:2]]
    if hits:
        fix = _steps(facts, SHARED_NATIVE, platform)
        found = _BY_ID[SHARED_NATIVE]
        yield found.finding("supported", Symbol("", platform), evidence, fix=fix)
        return
    missing = Missing(
        "the cache's own statistics after the build",
        "if every compile was a hit, the objects were made on another machine",
        ("ccache -s", "sccache --show-stats"),
    )
    yield _BY_ID[SHARED_NATIVE].finding("untestable", Symbol("", platform), evidence, (missing,))


def _illegal(facts: Facts, platform: str) -> list[Evidence]:
    told = [Evidence.of_row(r) for r in lines_like(facts, platform, _ILLEGAL)]
    return told + [e for e in facts.end_of_run(platform) if "SIGILL" in e.text]


def _native(facts: Facts, platform: str) -> list[Evidence]:
    """Where a compiler is told to build for the machine that it runs on."""
    told = [Evidence.of_row(r) for r in lines_like(facts, platform, _IS_NATIVE)]
    rows = facts.instructions[facts.instructions["value_text"].str.contains(_IS_NATIVE.pattern)]
    told += [Evidence.of_row(r, f"{r.instruction} {r.value_text}") for r in each(rows)]  # fmt: skip
    env = facts.env[(facts.env["platform"] == platform) & facts.env["value"].notna()]
    env = env[env["value"].str.contains(_IS_NATIVE.pattern).astype(bool)].drop_duplicates(["name", "value"])  # fmt: skip
    return told + [
        Evidence.of_row(r, f"`{r.command}` receives {r.name}={r.value}") for r in each(env)
    ]


# -- words ---------------------------------------------------------------------------------------


def _steps(facts: Facts, cause: str, platform: str) -> tuple[str, ...]:
    steps = _BY_ID[cause].texts.fix_with(toolchain_of(facts, platform))
    return fitted(steps, target_of(facts, platform))


def _found(
    facts: Facts, cause: str, platform: str, rows: list[Any], claim: str = ""
) -> Finding:  # fmt: skip
    evidence = list(dict.fromkeys(map(Evidence.of_row, rows)))[:MAX_SHOWN]
    return _BY_ID[cause].finding(
        "supported", Symbol("", platform), evidence, fix=_steps(facts, cause, platform), claim=claim
    )


def _open(
    facts: Facts, cause: str, platform: str, evidence: Iterable[Evidence], missing: Missing
) -> Finding:
    shown = list(dict.fromkeys(evidence))[:MAX_SHOWN]
    return _BY_ID[cause].finding("untestable", Symbol("", platform), shown, (missing,))


_NATIVE_TELLING = ("=native",)
CAUSES = (
    Cause(DISK, "infrastructure", "cause", _each_platform(judge_disk), telling=("No space left", "no space left", "ENOSPC", "quota exceeded", "Disk full?", "signal 7", "signal: 7", "Bus error")),
    Cause(QEMU, "infrastructure", "cause", _each_platform(judge_qemu), telling=("uncaught target signal", "internal compiler error")),
    Cause(KILLED, "infrastructure", "cause", _each_platform(judge_killed), telling=("exit code: 137", "virtual memory exhausted", *CANCELED_TELLING)),
    Cause(EXEC, "infrastructure", "cause", _each_platform(judge_exec), telling=("xec format error",)),
    Cause(PAGE, "infrastructure", "cause", _each_platform(judge_page), telling=("nsupported system page size",)),
    Cause(SHARED_NATIVE, "infrastructure", "cause", _each_platform(judge_shared_native), telling=("ccache", "ache hit", "Hits: ", *_NATIVE_TELLING)),
    Cause(NATIVE, "infrastructure", "cause", _each_platform(judge_native), telling=_NATIVE_TELLING, yields_to=(SHARED_NATIVE,)),
)  # fmt: skip
_BY_ID = {cause.id: cause for cause in CAUSES}
