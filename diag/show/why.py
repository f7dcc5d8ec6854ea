"""Why a symbol is satisfied or left open on a link line, in words."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from diag.join.near import NearName
from diag.join.resolved import RULE_LINKERS
from diag.join.why import Outcome, Why
from diag.show.text import as_text, counted, listed

_WITHHELD = {
    "local": "for itself only (LOCAL)",
    "hidden": "with hidden visibility, inside a shared object",
    "old-version": "under an old version only",
}
_HOW = {
    "object": "", "weak": " (a weak definition)", "common": " (a common symbol)",
    "shared": ", at run time", "pulled": "", "word": " of the line itself",
}  # fmt: skip
MAX_NEAR = 3
_NO_ORDER = "lld"  # the rule that tells of files without an order


Near = Mapping[tuple[str, str], Sequence[NearName]]  # by name and machine


def why_lines(
    why: Why, near: Sequence[NearName] = (), *, is_ordered: bool = True
) -> list[tuple[str, str]]:
    """(label, sentence) pairs: who wants it, who defines it, what each linker does, what helps.

    `near`: names that may be meant. `is_ordered`: False where no order of the files is known, so
    that only the rule that needs none is told.
    """
    outcomes = applying(why, is_ordered)
    lines = [("wanted by", _wanted(why)), ("defined by", _defined(why))]
    lines += _by_linker(why, outcomes)
    lines += [("near", near_sentence(why, one)) for one in near[:MAX_NEAR]]
    lines += [("to do", text) for text in dict.fromkeys(to_do(why, outcomes))]
    return lines


def near_sentence(why: Why, near: NearName) -> str:
    """Who has a name that differs in language or arguments alone, and what sets them apart."""
    place = f"{near.file}({near.member})" if near.member else near.file
    has = "defines" if why.wants else "wants"
    text = f"{place} {has} {near.text}"
    if _is_mangled(why.name) != _is_mangled(near.name):
        return f'{text}, one of the two by its C name: put extern "C" on both or on none'
    return f"{text}: other arguments, scope or case than {near.asked_text}"


def _is_mangled(name: str) -> bool:
    return name.startswith(("_Z", "__Z", "_R"))


def why_screen(
    whys: Iterable[Why], near: Near | None = None, *, is_ordered: bool = True
) -> RenderableType:
    """A block a name and machine: labels on the left, sentences beside them."""
    blocks: list[RenderableType] = []
    for why in whys:
        grid = Table.grid(padding=(0, 2, 0, 0))
        own = (near or {}).get((why.name, why.arch), ())
        for label, sentence in why_lines(why, own, is_ordered=is_ordered):
            grid.add_row(Text(label, style="dim"), Text(as_text(sentence)))
        blocks += [
            Text(as_text(f"{why.name}  {why.arch}"), style="bold"),
            Padding(grid, (0, 0, 1, 2)),
        ]
    return Group(*blocks)


def is_open(why: Why, *, is_ordered: bool = True) -> bool:
    """Whether a link fails over the name under a rule that applies."""
    return any(outcome.is_failure for outcome in applying(why, is_ordered))


def applying(why: Why, is_ordered: bool) -> list[Outcome]:
    """Of files without an order nobody knows which of them one link takes: none is doubled."""
    if is_ordered:
        return list(why.outcomes)
    return [replace(outcome, doubled=()) for outcome in why.outcomes if outcome.rule == _NO_ORDER]


def _wanted(why: Why) -> str:
    if not why.wants:
        return f"none of {counted(why.n_units, 'object')}"
    weak = [unit.title for unit, is_weak in why.wants if is_weak]
    strong = [unit.title for unit, is_weak in why.wants if not is_weak]
    parts = [listed(strong)] if strong else []
    parts += [f"{listed(weak)} (weakly: it may stay open, and is zero then)"] if weak else []
    return "; ".join(parts)


def _defined(why: Why) -> str:
    if not why.definitions:
        return f"none of {counted(why.n_units, 'object')}"
    free = [entry.unit.title for entry in why.definitions if not entry.withheld]
    parts = [listed(free)] if free else []
    for reason, words in _WITHHELD.items():
        held = [entry.unit.title for entry in why.definitions if entry.withheld == reason]
        parts += [f"{listed(held)} {words}"] if held else []
    return "; ".join(parts)


def _by_linker(why: Why, outcomes: list[Outcome]) -> Iterator[tuple[str, str]]:
    """The linkers that do the same together."""
    said: dict[str, list[str]] = {}
    for outcome in outcomes:
        said.setdefault(sentence(why, outcome), []).append(outcome.rule)
    for text, rules in said.items():
        yield "linkers" if len(said) == 1 else listed(RULE_LINKERS[rule] for rule in rules), text


def sentence(why: Why, outcome: Outcome) -> str:
    """What linkers of that rule do, in words."""
    if outcome.stops:
        return f"stop: {_stopped(why, outcome)}"
    if outcome.status == "satisfied":
        return _satisfied(why, outcome)
    if outcome.status == "unwanted":
        return _unwanted(why, outcome)
    if outcome.status == "weak-open":
        return "leave it at zero without a word: only weak wants are left, which take no archive member"
    if outcome.status == "start":
        return _left_to_start(why, outcome)
    if outcome.status == "unknown":
        words = _threads(why, outcome) if outcome.by is not None else ""
        is_own = outcome.reason == "bytecode" and outcome.rule == "lld"
        return _UNKNOWN["bitcode" if is_own else outcome.reason].format(
            files=_bytecode(why), unread=listed(why.unread), threads=words
        )
    return f"stop: undefined reference. {_reason(why, outcome)}"


_UNKNOWN = {
    "unread": "may stop: {unread} is no object, and what it names or holds was not followed; nothing "
    "else that is given defines it",
    "tls": "may stop at a relocation that cannot be made, or link a program that goes wrong. {threads}",
    "bytecode": "link where the bytecode (LTO) in {files} defines it, through the plugin of the "
    "compiler that made it, which gcc passes by itself and clang with -flto; called without it, stop: "
    "undefined reference",
    "bitcode": "link where the bytecode (LTO) in {files} defines it, which lld reads by itself",
}


def _bytecode(why: Why) -> str:
    return listed(unit.title for unit in why.bytecode)


def _stopped(why: Why, outcome: Outcome) -> str:
    if outcome.stops == "other-arch":
        others = listed(f"{unit.title} (of {unit.arch or 'no machine'})" for unit in why.strangers)
        return f"wrong format. {others} cannot be linked with objects of {why.arch}"
    if outcome.stops == "no-index":
        return _no_index(why)
    if outcome.stops == "start-lib":
        return "unrecognized option. GNU ld has no --start-lib"
    assert outcome.by is not None
    if outcome.stops == "hidden":
        return f"{outcome.by.title} defines it hidden, and {_shared_users(why)} (a shared object) wants it"
    return f"TLS mismatch. {_threads(why, outcome)}"


def _no_index(why: Why) -> str:
    return f"archive has no index. {listed(why.unindexed)} has to be searched, and has none"


def _threads(why: Why, outcome: Outcome) -> str:
    assert outcome.by is not None
    files = listed(dict.fromkeys([outcome.by.title, *(unit.title for unit, _ in why.wants)]))
    return f"Of {files} some take it for a thread's own variable (TLS), the others for a plain name"


def _shared_users(why: Why) -> str:
    return listed(unit.title for unit, _ in why.wants if unit.kind == "shared")


def _left_to_start(why: Why, outcome: Outcome) -> str:
    users = _shared_users(why)
    if outcome.lost:
        return f"link, and the program fails at run time: only {users} wants it, nothing defines it"
    return (
        f"link, and leave it to the program's start: only {users} wants it, and {listed(why.needed)}, "
        "which it names and which is not given, may define it"
    )


def _satisfied(why: Why, outcome: Outcome) -> str:
    if outcome.by is None:
        return "define it themselves"
    text = f"take {outcome.by.title}{_HOW[outcome.how]}"
    if outcome.pulled_for:
        text += f", a member taken for {outcome.pulled_for}"
    if outcome.doubled:
        others = listed(unit.title for unit in outcome.doubled)
        return f"stop: multiple definition. {outcome.by.title} defines it first, {others} again"
    if outcome.lost == "hidden":
        text += f", which is hidden: {_shared_users(why)} does not get it, and fails at run time"
    if outcome.lost == "tls":
        text += f", and the program goes wrong. {_threads(why, outcome)}"
    return text


def _unwanted(why: Why, outcome: Outcome) -> str:
    if why.stands_for:
        return f"have nothing to do: --wrap turns each want of it into one of {why.stands_for}"
    if not why.wants:
        return "have nothing to do: nobody wants it"
    if all(unit.kind == "word" for unit, _ in why.wants):
        return "leave it: only a word of the line wants it, which is no error"
    users = listed(unit.title for unit, _ in why.wants)
    return f"never ask for it: {users} is not part of the link (no name of it is wanted before)"


def _reason(why: Why, outcome: Outcome) -> str:
    free = [entry.unit for entry in why.definitions if not entry.withheld]
    places = listed(dict.fromkeys(unit.title for unit in free))
    users = listed(unit.title for unit, _ in why.wants)
    return {
        "after-archive": f"{places} stands before {users} on the line, and an archive is searched "
        "once, where it stands",
        "as-needed": f"{places} stands before {users} on the line, and --as-needed drops it there",
        "local": "A definition for itself only (LOCAL) answers no other object",
        "hidden": "A hidden definition does not leave its shared object",
        "old-version": "A new link takes the default version (@@) only",
        "other-arch": f"{places} is for another machine",
        "bytecode": f"{_bytecode(why)} holds GCC's bytecode (LTO) and no code, which lld does not read",
        "needed": f"{_shared_users(why)} wants it, and {listed(why.needed)}, which it names and which "
        "may define it, is not given (GNU ld looks for it in the folders of -rpath-link and -rpath, "
        "in those that the library names, and in the system's)",
        "not-on-line": f"{places} is given, but does not stand on the link line",
        "nowhere": "Nothing that is given defines it (libc and libgcc, which a compiler adds by "
        "itself, count only where they are given)",
    }[outcome.reason]


_HELP = {
    "needed": "give {needed} on the link line, or its folder with -rpath-link",
    "unread": "give the files that {unread} stands for",
    "after-archive": "put the archive behind its user, or both between --start-group and --end-group",
    "as-needed": "put {files} behind its user, or --no-as-needed before it",
    "local": "drop `static` or the version script that makes it local, or link the object itself",
    "hidden": "export it (default visibility), or link the object that holds it",
    "old-version": "link a library whose default version has it, or ask for NAME@VERSION (.symver)",
    "other-arch": "build {files} for {arch}, or what stands for it on that machine",
    "bytecode": "link through the compiler with -flto, or build these objects without it "
    "(-ffat-lto-objects has both)",
    "not-on-line": "name {files} on the link line, behind its user",
    "nowhere": "give the archives and objects that are missing here, or find out why the file that "
    "defines it was not built",
}


def to_do(why: Why, outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What would help, in words."""
    files = listed(dict.fromkeys(e.unit.file for e in why.definitions if not e.withheld))
    named = {
        "files": files,
        "arch": why.arch,
        "needed": listed(why.needed),
        "unread": listed(why.unread),
    }
    for outcome in outcomes:
        if outcome.stops:
            yield _HELP_STOPPED[outcome.stops].format(archives=" ".join(why.unindexed))
        elif outcome.lost:
            yield _HELP_STOPPED.get(outcome.lost, _HELP["nowhere"])
        elif outcome.status in ("open", "unknown"):
            yield _HELP[outcome.reason].format(**named)
        if outcome.doubled and not outcome.stops:
            yield "keep one definition: make the others `static`, weak, or leave their file out"


_HELP_STOPPED = {
    "no-index": "ranlib {archives}",
    "other-arch": "give the objects of one machine only, and build the others for it",
    "start-lib": "make an archive of what stands between --start-lib and --end-lib",
    "tls": "declare it alike in all files: with thread_local (__thread) or without",
    "hidden": "define it with default visibility, or build it into the shared object that wants it",
}
