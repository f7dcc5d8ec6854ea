"""What a verdict leaves open and what it has put aside, each said once.

Explanations that wait for one and the same artefact stand under it; refuted ones are a list.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from diag.show.sentences import Group, grouped, supported
from diag.show.text import counted, listed
from diag.show.wanted import what_is_missing

if TYPE_CHECKING:
    from diag.causes.model import Evidence, Finding, Missing
    from diag.verdict import Verdict

MAX_SHARED = 3  # places that several open explanations cite
_EXPLAINED = re.compile(r"^explained by (?P<cause>[\w-]+): ")
# How a step begins that is said and not typed.
_PROSE = re.compile(
    r"(?:put|let|build once|build again|give|ask|keep|open|see|repeat|compile|link|look|run the|run it|take|the)\b|[A-Z]"
)


@dataclass(frozen=True)
class Deciding:
    """One artefact, or None where none is known; the open explanations that wait for it first; the
    places that they share; and the supported ones that it would confirm."""

    missing: Missing | None
    groups: tuple[Group, ...]
    shared: tuple[Evidence, ...] = ()
    confirms: tuple[str, ...] = ()
    is_check: bool = False  # of the evidence: no explanation of the failure waits for it

    @property
    def n_open(self) -> int:
        """How many explanations wait for it."""
        return len({group.first.cause for group in self.groups})

    @property
    def symbols(self) -> tuple[str, ...]:
        """The symbols of those that wait."""
        return tuple(symbol for group in self.groups for symbol in group.symbols)

    @property
    def use(self) -> str:
        """`decides 5 explanations; would confirm NAME`."""
        if self.is_check:
            return "decides no cause"
        told = [f"decides {counted(self.n_open, 'explanation')}"] if self.n_open else []
        told += [f"would confirm {listed(self.confirms)}"] if self.confirms else []
        return "; ".join(told)

    def evidence(self, most: int | None = None) -> tuple[Evidence, ...]:
        """The places that are shared, then at most so many that each explanation has alone."""
        own = [item for group in self.groups for item in own_evidence(group, self.shared)[:most]]
        return tuple(dict.fromkeys([*self.shared, *own]))


@dataclass(frozen=True)
class Refuted:
    """Refuted explanations with one reason: another one that holds (`by`), or a place. `platforms`:
    where, if they are open elsewhere."""

    groups: tuple[Group, ...]
    by: str = ""
    platforms: tuple[str, ...] = ()

    @property
    def first(self) -> Group:
        """The group that is shown for all."""
        return self.groups[0]

    @property
    def reason(self) -> str:
        """What stands behind the name of the one that holds."""
        return f"explains it on {listed(self.platforms)}" if self.platforms else "explains it"


def n_causes(told: Iterable[Deciding | Refuted]) -> int:
    """How many explanations they are together, each counted once."""
    return len({group.first.cause for one in told for group in one.groups})


def what_would_decide(verdict: Verdict) -> tuple[Deciding, ...]:
    """The artefacts in the order of the first explanation that each decides: the verdict has the
    more exact ones first. Then what only confirms, and what only checks the evidence; last, what
    nothing known decides."""
    waiting: dict[str, list[Finding]] = {}
    for finding in verdict.findings:
        if finding.status == "untestable":
            first = finding.missing[0].artefact if finding.missing else ""
            waiting.setdefault(first, []).append(finding)
    causes = {finding.cause for finding in supported(verdict)}
    found = []
    for wanted in what_is_missing(verdict):
        own = waiting.pop(wanted.missing.artefact, [])
        confirms = tuple(cause for cause in wanted.causes if cause in causes)
        if own or confirms:
            one = _deciding(wanted.missing, own, confirms)
            found.append(replace(one, is_check=wanted.is_check))
    ranks = {id(finding): rank for rank, finding in enumerate(verdict.findings)}
    found.sort(
        key=lambda one: (
            one.is_check,
            min((ranks[id(group.first)] for group in one.groups), default=len(ranks)),
        )
    )
    found += [_deciding(None, own, ()) for own in waiting.values()]
    alike: dict[object, list[Deciding]] = {}
    for one in found:
        alike.setdefault(_of_any_platform(one) or id(one), []).append(one)
    return tuple(_for_all(same) if len(same) > 1 else same[0] for same in alike.values())


def _of_any_platform(one: Deciding) -> tuple[object, ...] | None:
    """What it says but for its platform; None where a command is about more than which to build."""
    names = {name for group in one.groups for name in group.platforms}
    if one.missing is None or len(names) != 1:
        return None
    name = names.pop()
    how = tuple(step.replace(f"--platform {name} ", "") for step in one.missing.how)
    if any(name in step for step in how):
        return None
    told = (one.missing.artefact.replace(name, ""), one.missing.why.replace(name, ""))
    return (*told, how, one.confirms, one.is_check)


def _for_all(same: list[Deciding]) -> Deciding:
    """One artefact of several platforms, got by commands for all of them."""
    names = [one.groups[0].platforms[0] for one in same]
    first, told, asked = same[0].missing, listed(names), f"--platform {','.join(names)} "
    assert first is not None
    missing = replace(
        first,
        artefact=first.artefact.replace(names[0], told),
        why=first.why.replace(names[0], told),
        how=tuple(step.replace(f"--platform {names[0]} ", asked) for step in first.how),
    )
    own = [finding for one in same for group in one.groups for finding in group.findings]
    return replace(_deciding(missing, own, same[0].confirms), is_check=same[0].is_check)


def _deciding(missing: Missing | None, own: list[Finding], confirms: tuple[str, ...]) -> Deciding:
    groups = tuple(grouped(own))
    seen = Counter(item for finding in own for item in dict.fromkeys(finding.evidence))
    shared = [item for item, count in seen.items() if count > 1]
    return Deciding(missing, groups, tuple(shared[:MAX_SHARED]), confirms)


def own_evidence(group: Group, shared: Iterable[Evidence]) -> list[Evidence]:
    """What the group cites and the others do not."""
    known = set(shared)
    return [item for item in group.evidence if item not in known]


def what_is_refuted(verdict: Verdict) -> tuple[Refuted, ...]:
    """Refuted explanations: what somebody claimed first; those that one cause explains together."""
    told: list[Refuted] = []
    explained: dict[tuple[str, tuple[str, ...]], list[Group]] = {}
    is_open = {finding.cause for finding in verdict.findings if finding.status == "untestable"}
    for group in grouped(f for f in verdict.findings if f.status == "refuted"):
        by = _explained_by(group)
        if by:
            where = group.platforms if group.first.cause in is_open else ()
            explained.setdefault((by, where), []).append(group)
        else:
            told.append(Refuted((group,)))
    told.sort(key=lambda one: one.first.first.role != "claim")
    return tuple(told + [Refuted(tuple(groups), *key) for key, groups in explained.items()])


def _explained_by(group: Group) -> str:
    found = [_EXPLAINED.match(f.evidence[0].text) if f.evidence else None for f in group.findings]
    causes = {match["cause"] if match else "" for match in found}
    return causes.pop() if len(causes) == 1 else ""


def is_command(step: str) -> bool:
    """Whether a step is to be typed; else it is said."""
    return not _PROSE.match(step)


def shell_lines(command: str, width: int) -> list[str]:
    """A command in lines of that width that can be copied together: broken at spaces outside of
    quotes, with a backslash. A comment stands before it. A long word keeps its line."""
    words = _words(command)
    at = words.index("#") if "#" in words else len(words)
    comment = _comment(words[at + 1 :], width)
    lines = _filled(words[:at], width, "", "  ", 2)
    return comment + [f"{line} \\" for line in lines[:-1]] + lines[-1:]


def _comment(words: list[str], width: int) -> list[str]:
    """A comment in lines. An instruction at its end has a line of its own, where all is too long
    for one: halves of it are none of a Dockerfile."""
    lines = _filled(words, width, "# ", "# ", 0)
    at = words.index("RUN") if "RUN" in words else 0
    if len(lines) < 2 or not words[at - 1].endswith(":"):
        return lines
    return [*_filled(words[:at], width, "# ", "# ", 0), f"# {' '.join(words[at:])}"]


def _filled(words: list[str], width: int, first: str, next: str, tail: int) -> list[str]:
    """Words in lines that begin with a mark and leave `tail` columns free."""
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) + tail <= width:
            lines[-1] += f" {word}"
        else:
            lines.append((next if lines else first) + word)
    return lines


def _words(command: str) -> list[str]:
    """The words of a command; what stands in quotes is not taken apart."""
    found = re.findall(r"(?:'[^']*'|\"[^\"]*\"|[^\s'\"]|['\"])+", command)
    return [str(word) for word in found]
