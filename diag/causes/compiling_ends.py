"""What the judges of compiles share: whether it was the compile that ended the build, and where a
switch comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from diag.causes.facts import Facts
from diag.causes.model import Evidence, Finding, Missing
from diag.schema import each

FAMILY = "compiling"


def each_failed(judge: Callable[[Facts, str], Iterator[Finding]]) -> Callable[[Facts], Iterator[Finding]]:  # fmt: skip
    """The judge, asked for each platform that did not come to a good end: what a build survived
    was a question of its configure step."""

    def all_platforms(facts: Facts) -> Iterator[Finding]:
        for platform in facts.judged:
            if facts.outcome(platform) != "linked":
                yield from judge(facts, platform)

    return all_platforms


def linked_after(facts: Facts, platform: str, line: Evidence) -> Missing | None:
    """What the message belongs to, where a linker complained after it: the build went on, so that it
    may be of a probe, or of an object that the link then lacks."""
    errors = facts.on(facts.link_errors, platform)
    later = errors[(errors["file"] == line.file) & (errors["line_no"] > (line.line_no or 0))]
    if later.empty:
        return None
    first = max(1, (line.line_no or 1) - 8)
    return Missing(
        "what the refused compile belongs to",
        "a link came after it, so that it may be of a probe that is meant to fail, or of an object that is left out",
        (f"sed -n '{first},{line.line_no}p' {line.file}",),
    )


def variables_with(facts: Facts, platform: str, words: Iterable[str]) -> list[Evidence]:
    """The variables of the build that hold one of the words, as a command receives them."""
    asked = set(words)
    env = facts.env[(facts.env["platform"] == platform) & facts.env["value"].notna()]
    rows = [r for r in each(env.drop_duplicates(["name", "value"])) if asked & set(r.value.split())]
    return [Evidence.of_row(r, f"`{r.command}` receives {r.name}={r.value}") for r in rows][:2]
