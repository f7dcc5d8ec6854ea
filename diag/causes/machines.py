"""Which machine an input is for, which one a linker makes, and which one the build wants.

Numbers and names come from what the linker said, from the objects, and from the triples in paths
and in names of programs; where none of them tells, the answer is "".
"""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.causes.texts import NOT_CURED
from diag.knowledge import table
from diag.platforms import BY_NAME, PLATFORMS, Platform
from diag.schema import each

MAX_REFUSED = 400  # of one platform: a link with more says the same of all of them
# Linkers whose words on machines are read here (loaders and emulators have a cause of their own).
_LINKERS = ("ld.bfd", "gold", "lld", "rust-lld", "mold", "wild")
_NUMBER = re.compile(r"(?:\(EM: |machine number )(?P<number>\d{1,5})\b")
_MOLD = re.compile(r"incompatible file type: (?P<expected>\S+) is expected but got (?P<found>\S+)")
_LLD = re.compile(r" is incompatible with (?P<expected>\S+)$")
_BFD = re.compile(
    r"(?P<found>\S+) architecture of input file .* is incompatible with (?P<expected>\S+) output"
)
_BYTES = re.compile(r"compiled for a (?P<found>big|little) endian system and target is")
FLOAT_WORDS = re.compile(
    r"VFP register arguments|different floating-point ABI|can't link \S+-float modules"
)
# GNU ld's last word on any two inputs that do not fit; the line before it says in what.
_NOT_MERGED = re.compile("failed to merge target specific data")
_CUT = re.compile(r"too short|truncated|is empty|goes past the end|e_shoff or e_shnum corrupted")
# What a C library or compiler brings for the start of a program.
STARTUP = re.compile(r"(?:[Sgr]?crt[1in]|crt(?:begin|end)\w*|gcrt1|Mcrt1)\.o$")


@dataclass(frozen=True)
class Refusal:
    """An input that a linker refused for its machine. `found`, `expected`: "" where not told."""

    object: str
    member: str
    found: str
    expected: str
    evidence: Evidence
    symbol: str  # the first that the same link misses; "" for none
    driver: str = ""  # machine that the compiler is for which called the linker

    @property
    def name(self) -> str:
        """As linkers name it."""
        return f"{self.object}({self.member})" if self.member else self.object

    @property
    def is_own(self) -> bool:
        """A plain object that is none of the C library's: the project's code, compiled here."""
        name = PurePath(self.object).name
        return not self.member and name.endswith((".o", ".obj")) and not STARTUP.search(name)

    @property
    def is_archived(self) -> bool:
        """An archive, or a member of one."""
        return bool(self.member) or self.object.endswith((".a", ".rlib", ".lib"))


@cache
def _machines() -> tuple[dict[int, str], dict[str, str]]:
    rows = table("machines")["machine"]
    return (
        {row["number"]: row["arch"] for row in rows},
        {name: row["arch"] for row in rows for name in row["names"]},
    )


def arch_of_number(number: int) -> str:
    """The machine with that e_machine, as `EM:N` where the table has none."""
    return _machines()[0].get(number, f"EM:{number}")


def arch_of_name(name: str) -> str:
    """The machine that a linker calls so; "" where the table has none."""
    return _machines()[1].get(name, "")


@cache
def _triples() -> tuple[re.Pattern[str], dict[str, Platform]]:
    of: dict[str, Platform] = {}
    for platform in PLATFORMS:
        alpine = platform.triplet.replace("-linux-gnu", "-linux-musl")
        for triple in (*platform.rust_targets, platform.triplet, alpine):
            of.setdefault(triple, platform)
    longest = sorted(of, key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, longest))})(?![a-z])"), of


def platform_in(text: str) -> Platform | None:
    """The platform of the first triple (Rust's or GNU's) in a path, a program or a line."""
    pattern, of = _triples()
    found = pattern.search(text)
    return of[found[0]] if found else None


def arch_in(text: str) -> str:
    """The machine of the first triple in the text; "" for none."""
    platform = platform_in(text)
    return platform.elf_arch if platform else ""


def target_of(facts: Facts, platform: str) -> Platform | None:
    """What is built for: the platform; where the log names none, the one target in its paths."""
    return BY_NAME[platform] if platform in BY_NAME else _target_in_paths(facts, platform)


@asked_once
def _target_in_paths(facts: Facts, platform: str) -> Platform | None:
    errors, commands = (
        facts.on(facts.link_errors, platform),
        facts.on(facts.link_commands, platform),
    )
    texts = [*errors["object"].dropna(), *commands["output"].dropna()]
    rust = {found for text in texts if "/target/" in text and (found := platform_in(text))}
    return rust.pop() if len(rust) == 1 else None


@asked_once
def refusals_on(facts: Facts, platform: str) -> list[Refusal]:
    """The inputs that linkers of the platform refused for their machine, each once."""
    return list(_refusals(facts, platform))


def _refusals(facts: Facts, platform: str) -> Iterator[Refusal]:
    errors = facts.on(facts.link_errors, platform)
    rows = errors[errors["kind"].isin(["wrong_arch", "format"]) & errors["linker"].isin(_LINKERS)]
    if rows.empty:
        return
    given, missed = Given(facts, platform), _missed(errors)
    seen: set[tuple[str, str]] = set()
    for row in each(rows.dropna(subset=["object"])):
        said = first_part(row.detail_text)
        object, member = given.place(row)
        # The archive is told of once more, without the member, when it is given up.
        is_abi = FLOAT_WORDS.search(said) or _NOT_MERGED.search(said)
        if is_abi or not seen.isdisjoint([(object, member), (object, "*")]):
            continue
        found, expected = _told(said)
        found = found or given.machine(object, member)
        linker, driver = given.linker_of(row)
        if row.kind == "format" and (found in ("", linker, driver) or _CUT.search(said)):
            continue  # broken, or of another kind: nothing shows that it is of another machine
        seen |= {(object, member), (object, "*" if not member else "")}
        line = Evidence.of_row(row, said)
        symbol = next((n for at, n in missed.get(_step(row), ()) if at > row.line_no), "")
        yield Refusal(object, member, found, expected or linker or driver, line, symbol, driver)
        if len(seen) > MAX_REFUSED:
            return


def _missed(errors: Any) -> dict[tuple[str, str], list[tuple[int, str]]]:
    """(file, step) -> line and name of the first symbols that it misses."""
    own = errors[errors["kind"] == "undefined"].dropna(subset=["symbol"])
    found: dict[tuple[str, str], list[tuple[int, str]]] = {}
    for row in each(own.head(1000)):
        found.setdefault(_step(row), []).append((int(row.line_no), row.symbol))
    return found


def _step(row: Any) -> tuple[str, str]:
    return str(row.file), str(row.step_id)


def first_part(detail: str) -> str:
    """What the line itself says: messages that follow it are joined to it by `; `."""
    return detail.partition("; ")[0]


def _told(text: str) -> tuple[str, str]:
    """(machine of the input, machine that the linker makes) by the message alone."""
    number = _NUMBER.search(text)
    if number is not None:
        return arch_of_number(int(number["number"])), ""
    for pattern in (_MOLD, _BFD):
        found = pattern.search(text)
        if found is not None:
            # A name that the table lacks (i386:x64-32) is another machine all the same; `unknown`
            # is GNU ld's word for each machine that it was built without.
            named = "" if found["found"] == "unknown" else found["found"]
            return arch_of_name(named) or named, arch_of_name(found["expected"])
    bytes_of = _BYTES.search(text)
    if bytes_of is not None:
        return f"{bytes_of['found']}-endian", ""
    lld = _LLD.search(text)
    return "", arch_of_name(lld["expected"]) if lld else ""


class Given:
    """The objects of the platform by name, the log's linker lines and commands by place."""

    def __init__(self, facts: Facts, platform: str) -> None:
        own = facts.of_platform(facts.objects, platform)
        # A file of another machine may have been put under another platform by it.
        own = own if len(own) else facts.objects
        self._arch: dict[tuple[str, str], str] = {}
        for row in each(own[own["arch"] != ""]):
            name = PurePath(row.file).name
            self._arch[name, row.member] = row.arch
            self._arch.setdefault((name, ""), row.arch)  # an archive is of its first member's
        linker = facts.lines[facts.lines["kind"] == "linker"]
        self._text = {(r.file, r.line_no): r.text for r in each(linker)}
        self._commands: dict[str, tuple[list[int], list[Any]]] = {}
        for command in each(facts.on(facts.link_commands, platform).sort_values("line_no")):
            lines, commands = self._commands.setdefault(command.file, ([], []))
            lines.append(int(command.line_no))
            commands.append(command)

    def place(self, row: Any) -> tuple[str, str]:
        """(file, member) of the input. mold names a member alone: then it is no input of the command."""
        member = row.member if isinstance(row.member, str) else ""
        command = self.command_of(row)
        if member or command is None or not row.object.endswith((".o", ".obj")):
            return row.object, member
        names = [PurePath(name).name for _, name in command.inputs]
        if command.is_shortened or PurePath(row.object).name in names:
            return row.object, ""
        archives = [name for kind, name in command.inputs if kind == "archive"]
        holding = [a for a in archives if (PurePath(a).name, row.object) in self._arch]
        named = [f"lib{name}.a" for kind, name in command.inputs if kind == "library"]
        of_name = [a for a in named if (a, row.object) in self._arch]
        found = holding or (archives if len(archives) == 1 and not named else []) or of_name
        is_given_by_driver = STARTUP.search(row.object)
        return (found[0], row.object) if found and not is_given_by_driver else (row.object, "")

    def command_of(self, row: Any) -> Any | None:
        """The last link command before the line."""
        lines, commands = self._commands.get(row.file, ([], []))
        place = bisect.bisect_right(lines, int(row.line_no))
        return commands[place - 1] if place else None

    def machine(self, file: str, member: str = "") -> str:
        """By the objects given, else by a triple in the path."""
        known = self._arch.get((PurePath(file).name, member), "")
        return known or ("" if "/target/" in file else arch_in(file))

    def linker_of(self, row: Any) -> tuple[str, str]:
        """(machine by the linker's own path, machine by the name of the driver that called it)."""
        text = self._text.get((row.file, row.line_no), "")
        command = self.command_of(row)
        driver = arch_in(command.driver) if command is not None else ""
        return arch_in(text.partition(str(row.object))[0]), driver


def host_of(facts: Facts, platform: str) -> Platform | None:
    """The machine that the build runs on, by the steps or by a build script's HOST."""
    rows = facts.steps[facts.steps["target_platform"] == platform]
    names = [name for name in rows["platform"] if isinstance(name, str) and name]
    if names and names[-1] in BY_NAME:
        return BY_NAME[names[-1]]
    told = facts.lines["text"].str.extract(r"HOST = Some\(\"?([\w.-]+)", expand=False).dropna()
    return platform_in(str(told.iloc[0])) if len(told) else None


# What each name in angle brackets stands for, where nothing tells it.
_STANDS_FOR = {
    "<target>": "Rust's name of the target", "<TARGET>": "Rust's name of the target in capitals, with underscores",
    "<target_>": "Rust's name of the target, with underscores", "<triplet>": "its GNU triplet",
    "<debian>": "Debian's name of its architecture", "<goarch>": "Go's", "<platform>": "Docker's",
}  # fmt: skip
_PLACES = re.compile("|".join(map(re.escape, _STANDS_FOR)))


def fitted(steps: Iterable[str], target: Platform | None, rust: str = "") -> tuple[str, ...]:
    """The steps with this target's names in place of <target>, <TARGET>, <target_>, <triplet>,
    <debian>, <goarch> and <float>; in words what they stand for, where no target is known. `rust`:
    Rust's name of it, where that is told."""
    target = platform_in(rust) or target
    if target is None:
        return _explained(tuple(steps))
    rust = rust or target.rust_targets[0]
    names = {
        "<target>": rust, "<TARGET>": rust.upper().replace("-", "_"),
        "<target_>": rust.replace("-", "_"), "<triplet>": target.triplet,
        "<debian>": target.debian, "<goarch>": target.go_arch, "<platform>": target.name,
    }  # fmt: skip
    return tuple(_PLACES.sub(lambda found: names[found[0]], step) for step in steps)


def _explained(steps: tuple[str, ...]) -> tuple[str, ...]:
    used = dict.fromkeys(name for step in steps for name in _PLACES.findall(step))
    if not used:
        return steps
    words = "; ".join(f"{name} is {_STANDS_FOR[name]}" for name in used)
    at = len(steps) - sum(step.startswith(NOT_CURED) for step in steps)
    return (*steps[:at], f"What is built for was not told: {words}.", *steps[at:])
