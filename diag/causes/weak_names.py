"""weak-undefined: a program is linked, wants a name weakly that nothing has, calls it, and dies."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePath

import pandas as pd

from diag.causes.doubts import is_of_others
from diag.causes.facts import Facts, clip, objects_missing
from diag.causes.file_names import SYSTEM_SONAME, SYSTEM_SWITCHES
from diag.causes.link_inputs import (
    command_evidence,
    flags_of,
    is_whole,
    names_given,
    objects_of,
    unread_inputs,
)
from diag.causes.link_said import about
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.wants import Answer
from diag.knowledge import linker_names
from diag.schema import each, keep

FAMILY = "relocations"
WEAK = "weak-undefined"
CALLED = "called"  # of the kind `weak` in `details`
MAX_SHOWN = 4
# Names that every program wants weakly and does without. Source: GCC crtstuff.c, glibc csu.
_CUSTOMARY = frozenset(
    ["__gmon_start__", "_ITM_deregisterTMCloneTable", "_ITM_registerTMCloneTable", "_Jv_RegisterClasses",
     "__cxa_finalize", "__deregister_frame_info", "__register_frame_info", "__pthread_key_create"]
)  # fmt: skip
_CRASHES = ("SIGSEGV",)
# Of compilers, beside the system's: they define no name of a project. Any other library may define it
# when the program is loaded.
_RUNTIMES = ("libstdc++.so", "libatomic.so")


def judge_weak(facts: Facts) -> Iterator[Finding]:
    """weak-undefined: supported where an object calls the name and nowhere asks whether it is there.
    A weak name that is tested first stays open in many a sound program."""
    for platform in facts.judged:
        ended = _bad_end(facts, platform)
        if not ended:
            continue
        left = _left_weak(facts, platform)
        called = _called(facts, platform, left)
        names = list(dict.fromkeys([*left["name"], *called["name"]]))
        own = [name for name in names if name in set(called["name"])]
        crash = [one for one in ended if any(signal in one.text for signal in _CRASHES)]
        if not names or not (crash or own):
            continue
        names = own or names
        evidence = [*_in_output(left[left["name"].isin(names)]), *_calls(called)]
        evidence += [] if len(left) else _all_read(facts, platform, names)
        evidence += [*_unpulled(facts, platform, names), *ended]
        if own and crash and not _unread_libraries(facts, platform):
            answer = Answer("supported", evidence)
        else:
            answer = Answer("untestable", evidence, (_missing(facts, platform, names, crash),))
        yield about(facts, FAMILY, WEAK, platform, names, answer)


def _bad_end(facts: Facts, platform: str) -> list[Evidence]:
    """How the linked program ended, where it did not end well."""
    return list(facts.end_of_run(platform)) if facts.ran(platform) is False else []


def _left_weak(facts: Facts, platform: str) -> pd.DataFrame:
    """Functions that the output wants weakly and nothing given defines for it."""
    rows = facts.symbols[~facts.symbols["is_defined"].astype(bool)]
    weak = set(rows.loc[rows["bind"] == "WEAK", "name"])
    # mold makes what it leaves open a local symbol of the output.
    rows = rows[(rows["bind"] == "WEAK") | ((rows["bind"] == "LOCAL") & rows["name"].isin(weak))]
    rows = rows[rows["file"].isin(_outputs(facts, platform)) & rows["version"].isna()]
    return _without_answered(facts, rows)


def _without_answered(facts: Facts, rows: pd.DataFrame) -> pd.DataFrame:
    """Without the customary names and those that a shared object given answers."""
    rows = rows[~rows["name"].isin(_CUSTOMARY | linker_names()) & (rows["name"] != "")]
    shared = set(facts.objects.loc[facts.objects["kind"] == "shared", "file"])
    held = facts.symbols[
        facts.symbols["file"].isin(shared) & facts.symbols["is_defined"].astype(bool)
    ]
    return rows[~rows["name"].isin(set(held.loc[held["table"] == ".dynsym", "name"]))]


def _outputs(facts: Facts, platform: str) -> set[str]:
    outputs = set(facts.objects.loc[facts.objects["kind"] == "executable", "file"])
    return {file for file in outputs if facts.platform_of_file.get(file, "") == platform}


def _unread_libraries(facts: Facts, platform: str) -> list[str]:
    """Shared objects that the program loads and that were not given."""
    rows = facts.objects[facts.objects["file"].isin(_outputs(facts, platform))]
    given = names_given(facts.objects)
    names = [str(name) for needed in rows["needed"] for name in needed]
    known = (name for name in names if SYSTEM_SONAME.match(name) or name.startswith(_RUNTIMES))
    return sorted(set(names) - given - set(known))


def _called(facts: Facts, platform: str, left: pd.DataFrame) -> pd.DataFrame:
    """Rows of `details`: inputs that call a name which the output leaves open, and only call it."""
    rows = facts.of_platform(facts.details, platform)
    rows = rows[(rows["kind"] == "weak") & (rows["value_text"] == CALLED)]
    known = rows["name"].isin(set(left["name"]))
    known |= rows["name"].isin(_dropped(facts, platform, rows))
    return rows[
        known | pd.Series(_are_given_nowhere(facts, platform, rows), rows.index, dtype=bool)
    ]


def _are_given_nowhere(facts: Facts, platform: str, called: pd.DataFrame) -> list[bool]:
    """The program itself was not given, and its one link command tells as much: the caller's object
    stands on it, every input was read but the system's libraries, and none defines the name."""
    commands = list(each(facts.on(facts.link_commands, platform)))
    if len(commands) != 1 or _outputs(facts, platform) or not is_whole(commands[0]):
        return [False] * len(called)
    unread = set(unread_inputs(facts, commands[0])) - SYSTEM_SWITCHES
    if unread or "--gc-sections" in flags_of(facts, platform):
        return [False] * len(called)
    own = facts.of_platform(facts.symbols[facts.symbols["is_defined"].astype(bool)], platform)
    held = set(own["name"]) | _CUSTOMARY | linker_names()
    linked = objects_of(commands[0])
    return [
        r.member == "" and PurePath(r.file).name in linked
        and r.name not in held and not is_of_others(r.name)
        for r in each(called)
    ]  # fmt: skip


def _dropped(facts: Facts, platform: str, called: pd.DataFrame) -> set[str]:
    """Weak names that a static program does not even hold: GNU ld leaves them out of its table.

    Its table has to be there, and in it what the caller's object defines: else the linker may have
    dropped the caller.
    """
    outputs = _outputs(facts, platform)
    is_static = not facts.objects.loc[facts.objects["file"].isin(outputs), "needed"].map(len).any()
    if called.empty or len(outputs) != 1 or not is_static:
        return set()
    if "--gc-sections" in flags_of(facts, platform):
        return set()
    held = set(facts.symbols.loc[facts.symbols["file"].isin(outputs), "name"])
    own = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    own = own[(own["bind"] == "GLOBAL") & own["name"].isin(held)]
    linked = set(zip(own["file"], own["member"], strict=True))
    rows = keep(called, [(r.file, r.member) in linked for r in each(called)])
    return set(_without_answered(facts, rows)["name"]) - held


def _in_output(rows: pd.DataFrame) -> list[Evidence]:
    once = rows.drop_duplicates(["file", "name"]).head(MAX_SHOWN)
    return [
        Evidence(r.file, None, f"wants {r.name} weakly, and it is left at address 0")
        for r in each(once)
    ]


def _calls(rows: pd.DataFrame) -> list[Evidence]:
    once = rows.drop_duplicates(["file", "member", "name"]).head(MAX_SHOWN)
    return [
        Evidence.of_unit(r, f"calls {r.name} and nowhere asks for its address") for r in each(once)
    ]


def _all_read(facts: Facts, platform: str, names: list[str]) -> list[Evidence]:
    """The link command, where it alone tells that nothing defines the names."""
    if _outputs(facts, platform):
        return []
    commands = each(facts.on(facts.link_commands, platform))
    return [command_evidence(c, f"no input of it defines {names[0]}") for c in commands][:1]


def _unpulled(facts: Facts, platform: str, names: list[str]) -> list[Evidence]:
    """Archive members that define it: a weak want takes none out of an archive."""
    rows = facts.of_platform(facts.symbols, platform)
    rows = rows[rows["name"].isin(names) & rows["is_defined"].astype(bool)]
    rows = rows[(rows["member"] != "") & ~rows["file"].isin(_outputs(facts, platform))]
    once = rows.drop_duplicates(["file", "member"]).head(2)
    text = "and a weak want takes no member out of an archive"
    return [
        Evidence(r.file, None, clip(f"{r.member} defines {r.name}, {text}")) for r in each(once)
    ]


def _missing(facts: Facts, platform: str, names: list[str], crash: list[Evidence]) -> Missing:
    if not crash:
        return Missing(
            "where the program goes wrong",
            f"{names[0]} is called and not there; on some machines such a call does nothing, and the "
            "program goes on without its result",
            (f"gdb PROGRAM, and a breakpoint on the callers of {names[0]}",),
        )  # fmt: skip
    return Missing(
        f"the objects that want {names[0]}, and the place of the crash",
        "a program that tests the address first lives well without it; one that calls it at once dies at address 0",
        (
            f"objdump -dr OBJECT | grep -w {names[0]}  # calls alone, or its address too",
            "gdb -batch -ex run -ex bt PROGRAM  # does it die at 0x0?",
            *objects_missing(platform).how[:1],
        ),
    )


CAUSES = (
    Cause(WEAK, FAMILY, "cause", judge_weak, lets_link=True,
          yields_to=("undefined-ignored", "libstdcxx-wrong-libc")),
)  # fmt: skip
