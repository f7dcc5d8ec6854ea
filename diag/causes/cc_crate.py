"""What Rust's cc crate prints of its surroundings to each build script: its target, and whose compiler
it takes; and which one cargo itself was given."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass, field

from diag.causes.facts import Facts
from diag.causes.machines import arch_in
from diag.causes.model import Evidence
from diag.platforms import Platform
from diag.schema import each

# Releases 1.0 to 1.2; older ones quote the values.
_VALUE = re.compile(
    r"(?P<name>(?:TARGET|HOST)(?:_CC)?|CC(?:_[\w-]+)?) = Some\(\"?(?P<value>[^\")]+)\"?\)"
)
CC_RS = ("TARGET = Some(", "HOST = Some(", "CC = Some(")
MAX_LINES = 2000


@dataclass(frozen=True)
class CcCrate:
    """What the cc crate says of its surroundings to one build script, by name, with the line."""

    values: dict[str, tuple[str, Evidence]] = field(default_factory=dict)

    def value(self, name: str) -> str:
        """The value; "" where it said none."""
        return self.values.get(name, ("",))[0]

    @property
    def overriding(self) -> tuple[str, Evidence] | None:
        """A bare CC that is for another machine than TARGET, and was taken for it."""
        target, host = self.value("TARGET"), self.value("HOST")
        if not target or not host or target == host or self._has_own(target):
            return None
        for name in ("TARGET_CC", "CC"):
            if name in self.values:
                value, line = self.values[name]
                return (value, line) if arch_in(value) != arch_in(target) else None
        return None

    def _has_own(self, target: str) -> bool:
        names = (f"CC_{target}", f"CC_{target.replace('-', '_')}")
        return any(name in self.values for name in names)


def overriding_cc(facts: Facts, platform: str) -> tuple[str, Evidence] | None:
    """The bare CC that the cc crate took for another machine than its TARGET, and its line."""
    lines = facts.on(facts.lines, platform)
    rows = lines[lines["text"].str.contains(" = Some(", regex=False).astype(bool)]
    block: dict[str, tuple[str, Evidence]] = {}
    for row in each(rows.head(MAX_LINES)):
        for found in _VALUE.finditer(row.text):
            if found["name"] == "TARGET":
                block = {}  # each crate's build script begins with it
            block[found["name"]] = (found["value"], Evidence.of_row(row))
            bare = CcCrate(block).overriding
            if bare is not None:
                return bare
    return None


def received_cc(
    facts: Facts, platform: str, target: Platform, machines: Collection[str]
) -> tuple[str, Evidence] | None:
    """The CC that cargo receives for the target, and its place, where it is a compiler for one of these
    other machines: what a build script that prints nothing will have called."""
    env = facts.env[(facts.env["platform"] == platform) & (facts.env["command"] == "cargo")]
    rows = {r.name: r for r in each(env.drop_duplicates("name")) if isinstance(r.value, str) and r.value}  # fmt: skip
    for name in (*(f"CC_{t.replace('-', '_')}" for t in target.rust_targets), "TARGET_CC", "CC"):
        if name in rows:
            row, arch = rows[name], arch_in(rows[name].value)
            is_other = arch in machines and arch not in ("", target.elf_arch)
            text = f"`cargo` receives {name}={row.value}"
            return (row.value, Evidence.of_row(row, text)) if is_other else None
    return None
