"""A call of cargo as it finds itself: its words, targets, configuration and variables.

Order of a single value: `--config`, the variable, the files; of a list: the files, the variable,
`--config`, all joined. Measured on cargo 1.95 (tests/toolchain/cargo.json).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from diag.flow.event import Event
from diag.flow.file_store import resolve
from diag.flow.state import Var
from diag.flow.toolchain_argv import Arguments, arguments, expanded
from diag.flow.toolchain_config import Config, RefusedError, read_config
from diag.flow.toolchain_flags import Flags, of_var, words_of
from diag.flow.values import Copy
from diag.platforms import Platform

TAKES_NOTHING = frozenset(["build", "b", "check", "c", "doc", "d", "install", "package", "publish"])
HOST_TUPLE = "host-tuple"  # cargo's word for the host as a target that is asked for


@dataclass(frozen=True)
class CargoCall:
    """A call of cargo that compiles something."""

    event: Event
    args: Arguments
    targets: tuple[str, ...]  # as asked for; none for the host
    hosts: tuple[str, ...]  # what the host's target may be
    config: Config = field(default_factory=Config)
    target_ways: tuple[str, ...] = ()  # where the targets are asked for, outside the arguments
    refusal: str = ""

    @classmethod
    def of(
        cls, event: Event, machine: Platform | None, brought: tuple[Copy, ...] = ()
    ) -> CargoCall | None:
        args = arguments(event.argv[1:])
        config = read_config(event, _folder(event, args), args.configs, brought)
        args = expanded(args, event.argv[1:], _aliases(event, config))
        if not args.compiles:
            return None
        hosts = machine.rust_targets if machine else ()
        refusal = config.refusal or _misuse(args, config)
        call = cls(event, args, args.targets, hosts, config, refusal=refusal)
        return _with_targets(call)

    def variable(self, name: str) -> Var:
        """A variable as cargo receives it."""
        var = self.event.var(name)
        return var if var.is_exported else Var()

    def script_variable(self, name: str) -> Var:
        """A variable as rustc and build scripts receive it: after `[env]` of the configuration."""
        var = self.variable(name)
        told_of = self.config.layers("env", name) if self.config.table("env") else []
        for value, layer in reversed(told_of):
            told = value if isinstance(value, dict) else {"value": value}
            text = told.get("value")
            if isinstance(text, str) and (var.text is None or told.get("force")):
                text = posixpath.join(layer.base, text) if told.get("relative") else text
                return Var(text, True, layer.places, var.lost_at, var.lost_by)
        return var

    def triples(self, target: str | None) -> tuple[str, ...]:
        """What a target may be: one where it is asked for by its name."""
        return self.hosts if target in (None, HOST_TUPLE) else (str(target),)


def _misuse(args: Arguments, config: Config) -> str:
    """What cargo refuses of its own words and of the configuration, or ""."""
    if args.folder is not None and "unstable-options" not in args.unstable:
        return "-C needs -Z unstable-options of a nightly"
    if args.passed and args.subcommand in TAKES_NOTHING:
        return f"{args.subcommand} takes nothing after --"
    profiles = config.table("profile").values()
    if any(isinstance(told, dict) and "rustflags" in told for told in profiles):
        return (
            "" if "profile-rustflags" in args.unstable else "rustflags of a profile need a nightly"
        )
    return ""


def _folder(event: Event, args: Arguments) -> str:
    """Where cargo looks for its configuration: `cargo install` does not look in its own folder."""
    start = resolve(event.cwd, args.folder) if args.folder else event.cwd
    if args.subcommand != "install":
        return start
    return resolve(start, args.path) if args.path else ""


def _aliases(event: Event, config: Config) -> Mapping[str, Any]:
    found = dict(config.table("alias"))
    for name, var in event.env.items():
        if name.startswith("CARGO_ALIAS_") and var.is_exported and var.text:
            found[name.removeprefix("CARGO_ALIAS_").lower().replace("_", "-")] = var.text
    return found


def _with_targets(call: CargoCall) -> CargoCall:
    """The call with what asks for a target beside `--target`: the first of these counts."""
    if call.targets:
        return call
    var, config = call.variable("CARGO_BUILD_TARGET"), call.config
    found = config.layers("build", "target")
    value, layer = found[-1] if found else (None, None)
    if var.text is not None and (layer is None or layer not in config.given):
        refusal = call.refusal or ("CARGO_BUILD_TARGET is empty" if not var.text else "")
        asked = (var.text,) if var.text else ()
        return replace(call, targets=asked, target_ways=var.came_through, refusal=refusal)
    words = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    targets = tuple(word for word in words if isinstance(word, str) and word)
    return replace(call, targets=targets, target_ways=layer.places if layer else ())


# --- keys and their variables ---------------------------------------------------------------------


def variable_of_target(target: str, key: str) -> str:
    """cargo's variable for a key of `[target.<triple>]`."""
    return f"CARGO_TARGET_{re.sub(r'[-.]', '_', target.upper())}_{key}"


def listed(call: CargoCall, path: tuple[str, ...], var: Var) -> tuple[list[str], tuple[str, ...]]:
    """The flags under a key, with those of its variable between the files' and `--config`'s."""
    words, ways, given = list[str](), tuple[str, ...](), list[str]()
    found = call.config.layers(*path)
    if found and isinstance(found[-1][0], str):
        found = found[-1:]  # a string takes the place of another
    for value, layer in found:
        told = given if layer in call.config.given else words
        told += _words(value, ".".join(path))
        ways += layer.places
    if var.text:
        words += words_of(var.text)
        ways += var.came_through
    return [*words, *given], ways


def _words(value: Any, path: str) -> list[str]:
    if isinstance(value, str):
        return words_of(value)
    if isinstance(value, list) and all(isinstance(word, str) for word in value):
        return list(value)
    raise RefusedError(f"{path} is no list of words")


def scalar(call: CargoCall, path: tuple[str, ...], variable: str) -> Flags | None:
    """A path under a key: `--config`, else the variable, else the files."""
    found, var = call.config.layers(*path), call.variable(variable) if variable else Var()
    value, layer = found[-1] if found else (None, None)
    is_over = layer is not None and layer in call.config.given
    if var.text is not None and not is_over:
        return of_var(var)
    if layer is None or not isinstance(value, str):
        return None
    if call.config.doubt and not is_over:
        return Flags(unknown=call.config.doubt)
    text = posixpath.join(layer.base, value) if "/" in value else value
    return Flags(text, layer.places)
