"""The same link on another platform of the build: where that one names an input more, it is the first
thing to look at."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts
from diag.causes.file_names import source_stem, unhashed
from diag.causes.link_inputs import command_evidence, is_whole
from diag.causes.made_here import made_on
from diag.causes.model import TRIAL, Evidence, Missing
from diag.causes.name_arches import arches_of_words
from diag.causes.once import asked_once
from diag.causes.unread import is_part
from diag.causes.wants import Answer, Want
from diag.platforms import BY_NAME
from diag.schema import each

MAX_ONLY_THERE = 6  # where the two differ in more, they are not the same link
MAX_SHOWN = 3
# What cargo and rustc put into names so that no two builds share a file.
_HASH = re.compile(r"(?<=-)[0-9a-f]{16}(?=\.|$)|^[0-9a-f]{16}-")


@dataclass(frozen=True)
class OtherLink:
    """`names`: inputs that only the link of `platform` names, as they stand there; `made`: those of
    them that the log shows to be made on the platform that fails as well."""

    platform: str
    names: tuple[str, ...]
    made: tuple[str, ...]
    is_linked: bool
    evidence: Evidence


def other_link(facts: Facts, want: Want) -> OtherLink | None:
    """Of the platforms on which nothing of the kind is missing, the first whose link names more."""
    if not want.has_line:
        return None
    return _other_link(facts, want.symbol.platform, want.command)


def _other_link(facts: Facts, platform: str, command: Any) -> OtherLink | None:
    key = ("other link", platform, command.file, command.line_no)
    if key not in facts.known:
        facts.known[key] = next(_more_named(facts, platform, command), None)
    return facts.known[key]  # type: ignore[no-any-return]


def _more_named(facts: Facts, platform: str, command: Any) -> Iterator[OtherLink]:
    own = {input_key(kind, str(name)) for kind, name in command.inputs}
    for other, twin in _twins(facts, platform, command):
        inputs = {input_key(kind, str(name)): (kind, str(name)) for kind, name in twin.inputs}
        more = [inputs[key] for key in inputs if key not in own and not is_part(inputs[key][1])]
        more = [one for one in more if _fits(one[1], platform)]
        if not 0 < len(more) <= MAX_ONLY_THERE:
            continue
        words = tuple(f"-l{name}" if kind == "library" else name for kind, name in more)
        made = made_on(facts, platform)
        yield OtherLink(
            platform=other,
            names=words,
            made=tuple(word for word in words if made.makes(PurePath(word).name)),
            is_linked=facts.outcome(other) == "linked",
            evidence=command_evidence(twin, f"{other} links {_listed(words)} too"),
        )


def _twins(facts: Facts, platform: str, command: Any) -> Iterator[tuple[str, Any]]:
    """The last link of the same output on each platform whose links complain of nothing."""
    asked = output_key(command.output)
    for other in facts.judged:
        if other == platform or not asked or _complains(facts, other):
            continue
        links = [c for c in each(facts.on(facts.link_commands, other)) if is_whole(c)]
        same = [link for link in links if output_key(link.output) == asked]
        if same:
            yield other, same[-1]


@asked_once
def _complains(facts: Facts, platform: str) -> bool:
    return len(facts.link_errors[facts.link_errors["platform"] == platform]) > 0


def input_key(kind: str, name: str) -> str:
    """By what an input is found on the link of another platform."""
    base = _HASH.sub("", PurePath(name).name)
    return f"-l{name}" if kind == "library" else base


def output_key(output: Any) -> str:
    """By what the link of the same output is found; "" where the command names none."""
    return _HASH.sub("", PurePath(str(output)).name) if isinstance(output, str) else ""


def _fits(name: str, platform: str) -> bool:
    """The name does not speak of another machine than the platform's."""
    told, known = arches_of_words(PurePath(name).stem), BY_NAME.get(platform)
    return not told or known is None or known.elf_arch in told


# -- what it tells --------------------------------------------------------------------------------


def linked_elsewhere(facts: Facts, want: Want, alone: Answer) -> Answer | None:
    """The answer by this platform alone, and what the other one's link adds to it."""
    other = other_link(facts, want)
    if other is None:
        return None
    text = f"the link of {want.symbol.platform} does not"
    evidence = [*alone.evidence, other.evidence, command_evidence(want.command, text)]
    claim = f"{other.platform} links {_listed(other.names)} too, and this link does not name it."
    asked = _link_with(want, other) if other.made else _made_with(want, other)
    evidence += [] if other.made else _compiles(facts, other)
    return alone._replace(evidence=evidence, missing=(asked, *alone.missing), claim=claim)


def _link_with(want: Want, other: OtherLink) -> Missing:
    """The trial: the same link with what is made here and only linked there."""
    command = want.command
    words = (command.driver, *command.words, *other.made)  # type: ignore[union-attr]
    artefact = f"{TRIAL}the same link with {_listed(other.made)}"
    why = f"{_there(other)}, and the log shows that it is made here too"
    return Missing(artefact, why, (shlex.join(words),))


def _made_with(want: Want, other: OtherLink) -> Missing:
    """The trial: the build with a source in its list that only the other platform compiles."""
    words = sorted({source_stem(unhashed(word.removeprefix("-l"))) for word in other.names})
    artefact = f"{TRIAL}the build of {want.symbol.platform} with {_listed(other.names)}"
    why = f"{_there(other)}, nothing shows that it is made here: a list may depend on the platform"
    return Missing(artefact, why, (f"git grep -nwE {shlex.quote('|'.join(words))}",))


def _there(other: OtherLink) -> str:
    return f"{other.platform} {'links with it' if other.is_linked else 'names it'}"


def _compiles(facts: Facts, other: OtherLink) -> list[Evidence]:
    """Where the other platform compiles what only its link names."""
    names = {PurePath(word).name for word in other.names}
    found = (c.evidence for c in made_on(facts, other.platform).compiles if c.output in names)
    return list(found)[:MAX_SHOWN]


def _listed(words: tuple[str, ...]) -> str:
    shown = ", ".join(PurePath(word).name for word in words[:MAX_SHOWN])
    return shown + (f" and {len(words) - MAX_SHOWN} more" if len(words) > MAX_SHOWN else "")
