"""cargo's rules for rustc flags: which of their sources counts, and for what.

Of `cargo/core/compiler/build_context/target_info.rs` (1.95), by behaviour: CARGO_ENCODED_RUSTFLAGS,
else RUSTFLAGS (each even where empty), else target rustflags of the configuration joined with
CARGO_TARGET_<T>_RUSTFLAGS, else build rustflags. With a target asked for, build scripts and
procedural macros get none of them.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from diag.flow.event import Event
from diag.flow.holes import has_hole
from diag.flow.state import Var
from diag.flow.toolchain_config import Config, cfg_holds, read_configs
from diag.platforms import Platform

COMPILES = frozenset(
    [
        "build",
        "b",
        "test",
        "t",
        "run",
        "r",
        "check",
        "c",
        "bench",
        "rustc",
        "install",
        "clippy",
        "doc",
        "d",
        "rustdoc",
        "fix",
        "package",
        "publish",
        "zigbuild",
        "xwin",
        "auditable",
        "nextest",
        "chef",
        "llvm-cov",
        "miri",
    ]
)
# Options before the subcommand that take a value.
GLOBAL_VALUES = frozenset(["--config", "-Z", "-C", "--color", "--manifest-path", "--target-dir"])
SEPARATOR = "\x1f"  # between the flags of CARGO_ENCODED_RUSTFLAGS
OTHER_CONFIG = "no .cargo/config.toml from outside the Dockerfile sets rustflags"


@dataclass(frozen=True)
class Flags:
    """A value with its provenance; `text` is None where nothing gives one, and may have holes."""

    text: str | None = None
    came_through: tuple[str, ...] = ()
    lost_at: str | None = None
    lost_by: str | None = None
    condition: str | None = None


@dataclass(frozen=True)
class CargoCall:
    """A call of cargo that compiles something."""

    event: Event
    target: str | None  # as asked for; None for the host
    hosts: tuple[str, ...]  # what the host's target may be
    config: Config = field(default_factory=Config)

    @classmethod
    def of(cls, event: Event, machine: Platform | None) -> CargoCall | None:
        subcommand, target, given = _arguments(event.argv[1:])
        if subcommand not in COMPILES:
            return None
        hosts = machine.rust_targets if machine else ()
        call = cls(event, target, hosts, read_configs(event, given))
        if target is None:
            variable = call.variable("CARGO_BUILD_TARGET")
            configured = call.config.value("build", "target")
            asked = variable.text if variable.text is not None else configured
            call = replace(call, target=asked if isinstance(asked, str) and asked else None)
        return call

    def variable(self, name: str) -> Var:
        """A variable as cargo receives it."""
        var = self.event.var(name)
        return var if var.is_exported else Var()

    @property
    def triples(self) -> tuple[str, ...]:
        """What the target may be: one where it is asked for."""
        return (self.target,) if self.target is not None else self.hosts


def _arguments(args: tuple[str, ...]) -> tuple[str, str | None, list[str]]:
    """Subcommand, --target, and the texts of --config."""
    subcommand, target, given, rest = "", None, list[str](), list(args)
    while rest:
        word = rest.pop(0)
        if word == "--":
            break
        name, equals, value = word.partition("=")
        if name in ("--target", "--config"):
            value = value if equals else (rest.pop(0) if rest else "")
            target = value if name == "--target" else target
            given += [value] if name == "--config" else []
        elif not subcommand and word in GLOBAL_VALUES:
            rest[:1] = []
        elif not subcommand and not word.startswith(("-", "+")):
            subcommand = word
    return subcommand, target, given


# --- the sources --------------------------------------------------------------------------------


def effective_flags(call: CargoCall) -> Flags:
    """What rustc gets for the target's own crates."""
    from_env = [_encoded(call), _plain(call)]
    sources = [flags for flags in (*from_env, _target_flags(call), _build_flags(call)) if flags]
    if not sources:
        return Flags(condition=OTHER_CONFIG)
    winner, *others = sources
    if winner not in from_env:
        winner = replace(winner, condition=winner.condition or OTHER_CONFIG)
    beaten = next((flags for flags in others if flags.text and flags.text != winner.text), None)
    if beaten is None or winner.lost_by:
        return winner
    where = winner.came_through[-1] if winner.came_through else call.event.place
    return replace(winner, lost_at=where, lost_by="outranked-in-cargo")


def build_script_flags(call: CargoCall) -> Flags:
    """What rustc gets for build scripts and procedural macros."""
    flags = effective_flags(call)
    if call.target is None:
        return flags
    if not flags.text:
        return Flags()
    return Flags(None, flags.came_through, call.event.place, "withheld-from-build-scripts")


def _flags(var: Var, words: list[str]) -> Flags:
    return Flags(" ".join(words), var.came_through, var.lost_at, var.lost_by)


def _encoded(call: CargoCall) -> Flags | None:
    var = call.variable("CARGO_ENCODED_RUSTFLAGS")
    if var.text is None:
        return None
    return _flags(var, var.text.split(SEPARATOR) if var.text else [])


def _plain(call: CargoCall) -> Flags | None:
    var = call.variable("RUSTFLAGS")
    return None if var.text is None else _flags(var, _words(var.text))


def _words(text: str) -> list[str]:
    return [word for word in text.split(" ") if word.strip()]


def variable_of_target(target: str, key: str) -> str:
    """cargo's variable for a key of `[target.<triple>]`."""
    return f"CARGO_TARGET_{re.sub(r'[-.]', '_', target.upper())}_{key}"


def _target_flags(call: CargoCall) -> Flags | None:
    if call.target is not None and has_hole(call.target):
        return _unknown_target(call)
    by_triple = [_flags_of_triple(call, triple) for triple in call.triples]
    found = [flags for flags in by_triple if flags is not None]
    if not found:
        return None
    if len({flags.text if flags else None for flags in by_triple}) > 1:
        triple = call.triples[by_triple.index(found[0])]
        return replace(found[0], condition=f"rustc's host is {triple}")
    return found[0]


def _flags_of_triple(call: CargoCall, triple: str) -> Flags | None:
    tables = call.config.table("target")
    words = _listed(tables.get(triple)) + _listed_by_cfg(tables, triple)
    ways = tuple(call.config.places) if words else ()
    var = call.variable(variable_of_target(triple, "RUSTFLAGS"))
    if var.text:
        words += _words(var.text)
        ways += var.came_through
    return Flags(" ".join(words), tuple(dict.fromkeys(ways))) if words else None


def _unknown_target(call: CargoCall) -> Flags | None:
    """Target flags of a target that is not known: there may be some."""
    is_any = any(
        name.startswith("CARGO_TARGET_") and name.endswith("_RUSTFLAGS") and var.text
        for name, var in call.event.env.items()
    )
    if is_any or call.config.table("target"):
        return Flags(call.target, condition="the target decides")
    return None


def _listed(table: Any) -> list[str]:
    """The rustflags of one table: a list, or words in one string."""
    flags = table.get("rustflags") if isinstance(table, Mapping) else None
    if isinstance(flags, str):
        return _words(flags)
    return [word for word in flags if isinstance(word, str)] if isinstance(flags, list) else []


def _listed_by_cfg(tables: Mapping[str, Any], triple: str) -> list[str]:
    return [
        word
        for name, table in tables.items()
        if name.startswith("cfg(") and cfg_holds(name[4:-1], triple)
        for word in _listed(table)
    ]


def _build_flags(call: CargoCall) -> Flags | None:
    words = _listed(call.config.table("build"))
    ways = tuple(call.config.places) if words else ()
    var = call.variable("CARGO_BUILD_RUSTFLAGS")
    if var.text:
        words += _words(var.text)
        ways += var.came_through
    return Flags(" ".join(words), ways) if words else None
