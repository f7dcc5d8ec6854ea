"""The driver that Go's linker calls, where it is another one than cgo's C compiler."""

from __future__ import annotations

import re

from diag.causes.facts import Facts
from diag.causes.machines import platform_in
from diag.causes.model import Evidence
from diag.causes.searched import having
from diag.platforms import Platform
from diag.schema import each

_GO = r"\bgo (?:build|install|run|test)\b"
_GO_TOLD = ("go build", "go install", "go run", "go test", "cgo", "CGO_", "go: ")
_BY_GO = rf"{_GO}|\bcgo\b|\bCGO_|^go: "
# Source: `go tool link -help`: -extld is the driver of the external link, CC where it is not given.
_EXTLD = re.compile(rf"{_GO}.*?-extld[= ][\"']?(?P<program>[^\s\"']+)")
_CC = re.compile(rf"(?:^|[\s;&])CC=[\"']?(?P<program>[^\s\"']+)[^;&|]*?{_GO}")
_RUNNING = re.compile(r"/link: running (?P<program>\S+) failed")


def go_took_part(facts: Facts, platform: str) -> bool:
    """Whether a line of the log, or a command of the Dockerfile, is of Go's tools."""
    if (facts.env["command"] == "go").any() or having(facts.instructions["value_text"], _GO).any():
        return True
    lines = facts.on(facts.lines_with(_GO_TOLD), platform)
    return bool(having(lines["text"], _BY_GO).any())


def linker_beside_cc(facts: Facts, platform: str, target: Platform) -> list[Evidence]:
    """What shows that the link was given to a driver of its own, and not to the one that CC names:
    -extld, or a driver in Go's own words while CC is the target's. Empty where nothing shows it."""
    lines = facts.on(facts.lines_with(("-extld", "/link: running ", "CC=")), platform)
    rows = list(each(lines.head(500)))
    given = [r for r in rows if _is_other(_EXTLD.search(r.text), target)]
    if given:
        return [Evidence.of_row(given[-1])]
    called = [r for r in rows if _is_other(_RUNNING.search(r.text), target)]
    named = [r for r in rows if (m := _CC.search(r.text)) and platform_in(m["program"]) == target]
    return [Evidence.of_row(named[-1]), Evidence.of_row(called[-1])] if called and named else []


def _is_other(found: re.Match[str] | None, target: Platform) -> bool:
    """A program is named, and its name is not that of the target's."""
    return found is not None and platform_in(found["program"]) != target
