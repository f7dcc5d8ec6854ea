"""A definition exists, and the link does not use it: it is not named, or named too early."""

from __future__ import annotations

from dataclasses import replace
from pathlib import PurePath

import pandas as pd

from diag.causes.facts import Facts, objects_missing
from diag.causes.file_names import SYSTEM_SWITCHES
from diag.causes.invites import has_library
from diag.causes.link_inputs import command_evidence, command_missing, line_of_command
from diag.causes.model import TRIAL, Cause, Evidence, Missing
from diag.causes.on_line import library_name
from diag.causes.other_links import linked_elsewhere
from diag.causes.unread import file_names, first_user, holders_missing, order_missing, words_of
from diag.causes.wants import (
    GNU_LD,
    LLD,
    MORE_EXACT,
    Answer,
    Want,
    defines,
    each_want,
    linkers_of,
    shared_files,
)
from diag.causes.wrong_arch import of_target
from diag.knowledge.names import library_of
from diag.platforms import BY_NAME

FAMILY = "resolution"
NOT_LINKED = "object-not-linked"
ORDER = "static-link-order"


def files_on(facts: Facts, want: Want) -> list[str]:
    """Files given that the link command names, in its order."""
    command = want.command
    key = ("on line", want.symbol.platform, command.file, command.line_no)  # type: ignore[union-attr]
    if key not in facts.known:
        line, _ = line_of_command(facts, command, want.symbol.platform)
        facts.known[key] = [given.file for given in line.inputs]
    return facts.known[key]  # type: ignore[no-any-return]


# -- object-not-linked ----------------------------------------------------------------------------


def judge_not_linked(facts: Facts, want: Want) -> Answer | None:
    """object-not-linked."""
    symbol = want.symbol
    if not facts.has_objects(symbol.platform):
        missing = objects_missing(symbol.platform)
        alone = Answer("untestable", [*facts.reference_evidence(symbol)], (missing,))
        return linked_elsewhere(facts, want, alone) or alone
    defined = of_target(facts, want)
    if defined.empty:
        return _of_another_build(facts, want)
    found = defines(defined, symbol.name)
    if not want.has_line:
        return Answer("untestable", found, (command_missing(symbol),))
    on_line = set(files_on(facts, want))
    if on_line & set(defined["file"]):
        text = "the link command names a file that defines it"
        return Answer("refuted", [*found, command_evidence(want.command, text)])
    if _is_needed_by_a_library(facts, defined, on_line):
        return None  # a shared object behind another one: that says more
    if on_line & set(want.kept_back["file"]) & shared_files(facts):
        return None  # it is linked, into a shared object that keeps it to itself
    text = "the link command does not name it"
    if held := holders_missing(facts, want, file_names(defined)):
        return Answer("untestable", [*found, command_evidence(want.command, text)], (held,))
    fix = _fix_by_name(str(defined["file"].iloc[0]))
    return Answer("supported", [*found, command_evidence(want.command, text)], fix=fix)


def _of_another_build(facts: Facts, want: Want) -> Answer | None:
    """All that was given is of another machine than the link: its own objects may define the name
    in the same files, and none of those that do stands on the line."""
    platform = BY_NAME.get(want.symbol.platform)
    own = facts.of_platform(facts.objects, want.symbol.platform)
    if platform is None or want.defined.empty or own["arch"].isin(["", platform.elf_arch]).any():
        return None
    command = want.command if want.has_line else None
    if command is None:
        return None
    named = {PurePath(str(name)).name for _, name in command.inputs}
    if not named.isdisjoint(PurePath(file).name for file in want.defined["file"]):
        return None
    evidence = defines(want.defined, want.symbol.name)
    evidence.append(command_evidence(command, "the link command does not name it"))
    missing = objects_missing(want.symbol.platform)
    why = "what was given is of another machine, so of another build: do this build's own define it in the same file?"
    return Answer("untestable", evidence, (replace(missing, why=why),))


def _is_needed_by_a_library(facts: Facts, defined: pd.DataFrame, on_line: set[str]) -> bool:
    """Whether a shared object on the line names one that defines it."""
    shared = facts.objects[facts.objects["kind"] == "shared"]
    own = shared[shared["file"].isin(defined["file"])]
    names = {PurePath(file).name for file in own["file"]} | set(own["soname"].dropna())
    users = shared.loc[shared["file"].isin(on_line), "needed"]
    return any(PurePath(str(name)).name in names for needed in users for name in needed)


def _fix_by_name(file: str) -> tuple[str, ...]:
    name = PurePath(file).name
    return (
        f"Name {name} on the link command (after the files that use it), or add it to the list that the "
        "command is made from: OBJECTS or LIBS in a makefile, target_link_libraries in CMake, "
        "cargo:rustc-link-lib in a build script.",
    )


# -- static-link-order ----------------------------------------------------------------------------


def judge_order(facts: Facts, want: Want) -> Answer | None:
    """static-link-order, for linkers that read the line once."""
    symbol = want.symbol
    if want.is_any_order or _has_no_library(want):
        return None
    if not facts.has_objects(symbol.platform):
        missing = objects_missing(symbol.platform)
        open_end = Answer("untestable", [*facts.reference_evidence(symbol)], (missing,))
        is_told = _is_order_telling(want)
        told = _judge_system_library(facts, want) if is_told else _judge_unless_kept(facts, want)
        return told or (open_end if has_library(facts, symbol) else None)
    if want.defined.empty:
        return _judge_system_library(facts, want) or _judge_unread(facts, want)
    found = defines(want.defined, symbol.name)
    if not want.has_line:
        return Answer("untestable", found, (command_missing(symbol),))
    if set(files_on(facts, want)).isdisjoint(want.defined["file"]):
        return _judge_held(facts, want, found)  # that it is not named comes first
    return _judge_places(facts, want, found)


def _judge_held(facts: Facts, want: Want, found: list[Evidence]) -> Answer | None:
    """An archive that was not given may hold what defines the name, and stands before its users."""
    missing = holders_missing(facts, want, file_names(want.defined))
    if missing is None:
        return None
    text = "the order on the link command"
    return Answer("untestable", [*found, command_evidence(want.command, text)], (missing,))


def _is_order_telling(want: Want) -> bool:
    """The command itself says that a library before its user gives nothing: without such a switch
    a shared library would, and what is missing may be missing from it."""
    words = [] if want.command is None else [str(word) for word in want.command.words]
    parts = {part for word in words for part in word.removeprefix("-Wl,").split(",")}
    return bool(parts & {"--as-needed", "-static", "--static", "-static-pie", "-Bstatic"})


def _has_no_library(want: Want) -> bool:
    """Plain objects alone have no order."""
    if want.command is None or not want.has_line:
        return False
    return all(kind == "object" for kind, _ in want.command.inputs)


def _once(want: Want) -> str:
    """The rule of the linker, where it reads the line once; else GNU ld's."""
    return want.rule if want.rule is not None and want.reads_once else GNU_LD


def _judge_places(facts: Facts, want: Want, found: list[Evidence]) -> Answer:
    once, any_order = want.outcome(_once(want)), want.outcome(LLD)
    text = "the order on the link command"
    evidence = [*found, command_evidence(want.command, text), *_users(want)]
    is_early = once is not None and once.status == "open" and once.reason == "after-archive"
    if is_early and any_order is not None and any_order.status == "satisfied":
        return Answer("supported", evidence, fix=_fix_of_order(facts, want))
    if _is_dropped_as_needed(facts, want):
        claim = "The shared library that defines the symbol stands before its user, and --as-needed drops it there."
        return Answer("supported", evidence, fix=_fix_of_order(facts, want), claim=claim)
    files = {PurePath(file).name for file in want.defined["file"] if file in files_on(facts, want)}
    missing = None if _is_object_on_line(facts, want) else order_missing(facts, want, files)
    return Answer("untestable", evidence, (missing,)) if missing else Answer("refuted", evidence)


def _is_object_on_line(facts: Facts, want: Want) -> bool:
    """A plain object that is named is linked, wherever it stands."""
    rows = facts.objects[facts.objects["file"].isin(set(files_on(facts, want)))]
    plain = rows.loc[(rows["kind"] == "relocatable") & (rows["member"] == ""), "file"]
    return bool(want.defined["file"].isin(plain).any())


def _judge_system_library(facts: Facts, want: Want) -> Answer | None:
    """A well-known library that the line names only before those who want a name of it."""
    places = _early_library(facts, want)
    if places is None:
        return None
    switch, _ = places
    claim = f"{switch} has the symbol and stands before its user on the link command."
    fix = f"Put {switch} after every file that uses it: into LDLIBS or LIBS, not LDFLAGS."
    return Answer("supported", _early_evidence(facts, want, places), claim=claim, fix=(fix,))


def _judge_unless_kept(facts: Facts, want: Want) -> Answer | None:
    """The same by the log alone: a shared library would be kept there, were it not for --as-needed,
    which some distributions switch on by themselves."""
    places = _early_library(facts, want)
    if places is None:
        return None
    switch, user = places
    if switch.endswith(".a"):
        return _judge_system_library(facts, want)
    claim = f"{switch} has the symbol and stands before its user {user} on the link command: it is dropped there by --as-needed (the default of some distributions), and as an archive."
    missing = Missing(
        f"{TRIAL}the same link with {switch} after {user}",
        "whether the driver asks for --as-needed, and whether the library is an archive, is not in the log",
        (
            f"put {switch} after {user} (in CMake, target_link_libraries of the library that uses it): if it links, that is the fix",
        ),
    )
    return Answer("untestable", _early_evidence(facts, want, places), (missing,), claim=claim)


def _early_library(facts: Facts, want: Want) -> tuple[str, str] | None:
    """(the well-known library that has the name, the user before which it stands), by the words of
    the command; None where it stands behind a user, or is not named."""
    library = library_of(want.symbol.name)
    if library is None or not want.reads_once or not want.has_line:
        return None
    words, user = words_of(want), first_user(facts, want)
    at = [no for no, word in enumerate(words) if library_name(word) in library.files]
    return (words[max(at)], words[user]) if at and user is not None and max(at) < user else None


def _early_evidence(facts: Facts, want: Want, places: tuple[str, str]) -> list[Evidence]:
    text = "{} stands before {} on the link command".format(*places)
    return [command_evidence(want.command, text), *facts.reference_evidence(want.symbol)[:2]]


def _judge_unread(facts: Facts, want: Want) -> Answer | None:
    """An archive that was not given stands only before those who want the name: it may have it."""
    if not want.reads_once or not want.has_line:
        return None
    words, first = words_of(want), first_user(facts, want) or 0
    own = set(words[:first]) & set(want.unread) - set(words[first:]) - SYSTEM_SWITCHES
    archives = [word for word in words[:first] if word in own and library_name(word)]
    if not archives:
        return None
    text = f"{archives[0]} stands before {words[first]} on the link command"
    evidence = [*facts.reference_evidence(want.symbol)[:2], command_evidence(want.command, text)]
    missing = objects_missing(want.symbol.platform)
    why = f"{archives[0]} was not given: whether it defines the name stands there"
    return Answer("untestable", evidence, (replace(missing, why=why),))


def _users(want: Want) -> list[Evidence]:
    units = [unit for unit, _ in want.why.wants] if want.why is not None else []
    return [Evidence.of_unit(unit, f"wants {want.symbol.name}") for unit in units[:2]]


def _is_dropped_as_needed(facts: Facts, want: Want) -> bool:
    """GNU ld wants a name although a shared library before the user has it: --as-needed, which
    some distributions switch on by themselves."""
    end = want.outcome(GNU_LD)
    if end is not None and end.reason == "as-needed":
        return True
    if end is None or end.status != "satisfied" or end.by is None or end.how != "shared":
        return False
    if linkers_of(facts, want.symbol) != {"ld.bfd"} or want.why is None:
        return False
    order = files_on(facts, want)
    users = [order.index(unit.file) for unit, _ in want.why.wants if unit.file in order]
    return bool(users) and end.by.file in order and order.index(end.by.file) < min(users)


def _fix_of_order(facts: Facts, want: Want) -> tuple[str, ...]:
    order = files_on(facts, want)
    given = [file for file in dict.fromkeys(want.defined["file"]) if file in order]
    names = ", ".join(PurePath(file).name for file in given[:3])
    return (
        f"Put {names} after every file that uses it (LDLIBS or LIBS at the end of the line, not LDFLAGS), or "
        "name it a second time at the end.",
        "Where two archives need each other: -Wl,--start-group a.a b.a -Wl,--end-group.",
    )


CAUSES = (
    Cause(NOT_LINKED, FAMILY, "cause", each_want(FAMILY, NOT_LINKED, judge_not_linked),
          yields_to=(*MORE_EXACT, "stale-build-output")),
    Cause(ORDER, FAMILY, "cause", each_want(FAMILY, ORDER, judge_order),
          yields_to=MORE_EXACT),
)  # fmt: skip
