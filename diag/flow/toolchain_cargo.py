"""cargo's rules for rustc flags: which of their sources counts, and for what.

Measured on cargo 1.95 (tests/toolchain/cargo.json): CARGO_ENCODED_RUSTFLAGS, else RUSTFLAGS (each
even where empty), else the target's rustflags of the configuration, CARGO_TARGET_<T>_RUSTFLAGS and
those of `cfg()` joined, else build.rustflags joined with CARGO_BUILD_RUSTFLAGS. With a target asked
for, build scripts and procedural macros get none of them. The configuration's `[env]` reaches build
scripts and rustc, and not cargo itself.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from diag.flow.holes import has_hole
from diag.flow.state import Var
from diag.flow.toolchain_call import CargoCall, listed, scalar, variable_of_target
from diag.flow.toolchain_cfg import cfg_holds
from diag.flow.toolchain_config import RefusedError, dig
from diag.flow.toolchain_flags import Flags, line_of, of_var, words_of

SEPARATOR = "\x1f"  # between the flags of CARGO_ENCODED_RUSTFLAGS
OTHER_CONFIG = "no .cargo/config.toml from outside the Dockerfile sets rustflags"
REFUSES = "cargo, which refuses: "
UNSTABLE = ("host-config", "target-applies-to-host", "profile-rustflags", "build-std")


# --- what comes out -----------------------------------------------------------------------------


def flag_rows(call: CargoCall) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and flags: of the crates of each target, then of what the build itself runs."""
    asked: tuple[str | None, ...] = call.targets or (None,)
    for target in asked:
        name = "effective" if len(asked) == 1 else f"effective for {target}"
        yield f"rustflags ({name})", effective_flags(call, target)
    yield "rustflags (build scripts)", build_script_flags(call)
    if call.args.subcommand == "rustc" and call.args.passed:
        told = "for the crate itself alone, before its rustflags"
        given = Flags(line_of(call.args.passed), (call.event.place,), condition=told)
        yield "rustc arguments (after --)", given


def effective_flags(call: CargoCall, target: str | None) -> Flags:
    """What rustc gets for the target's own crates."""
    try:
        return _refused(call, target) or _effective(call, target)
    except RefusedError as error:
        return Flags(unknown=f"{REFUSES}{error}")


def _refused(call: CargoCall, target: str | None) -> Flags | None:
    """Why nothing is built at all: cargo stops before it calls rustc."""
    if call.refusal:
        return Flags(unknown=f"{REFUSES}{call.refusal}")
    named = linker(call, target)
    return named if named is not None and named.unknown.startswith(REFUSES) else None


def _effective(call: CargoCall, target: str | None) -> Flags:
    from_env = [*_encoded(call), *_plain(call)]
    sources = [*from_env, *_target_flags(call, target), *_build_flags(call)]
    if not from_env and call.config.doubt:
        return Flags(unknown=call.config.doubt)
    if not sources:
        return Flags(condition=OTHER_CONFIG)
    (title, winner), *others = sources
    if not from_env:
        winner = replace(winner, condition=winner.condition or OTHER_CONFIG)
    beaten = [name for name, flags in others if flags.text and flags.text != winner.text]
    if not beaten or winner.lost_by:
        return winner
    where = winner.came_through[-1] if winner.came_through else call.event.place
    told = f"{title} outranks {', '.join(dict.fromkeys(beaten))}"
    told = told if winner.condition is None else f"{winner.condition}; {told}"
    return replace(winner, lost_at=where, lost_by="outranked-in-cargo", condition=told)


def build_script_flags(call: CargoCall) -> Flags:
    """What rustc gets for build scripts and procedural macros."""
    unstable = [word for word in call.args.unstable if word.startswith(UNSTABLE)]
    if unstable:
        return Flags(unknown=f"the nightly option -Z {unstable[0]}")
    if not call.targets and call.config.doubt and not call.refusal:
        return Flags(unknown=call.config.doubt)  # it may ask for a target
    found = [effective_flags(call, target) for target in call.targets or (None,)]
    if not call.targets:
        return found[0]
    if call.refusal:
        return found[0]
    given = [flags for flags in found if flags.text or flags.unknown]
    if not given:
        return Flags()
    ways = tuple(dict.fromkeys(way for flags in given for way in flags.came_through))
    if not ways:
        return Flags()
    at = (call.target_ways or (call.event.place,))[-1]
    return Flags(None, ways, at, "withheld-from-build-scripts")


# --- the sources --------------------------------------------------------------------------------

Source = tuple[str, Flags]  # as a reader calls it, and what it gives


def _encoded(call: CargoCall) -> list[Source]:
    var = call.variable("CARGO_ENCODED_RUSTFLAGS")
    if var.text is None:
        return []
    words = var.text.split(SEPARATOR) if var.text else []
    return [("CARGO_ENCODED_RUSTFLAGS", of_var(var, line_of(words)))]


def _plain(call: CargoCall) -> list[Source]:
    var = call.variable("RUSTFLAGS")
    return [] if var.text is None else [("RUSTFLAGS", of_var(var, line_of(words_of(var.text))))]


def _target_flags(call: CargoCall, target: str | None) -> list[Source]:
    if target is not None and has_hole(target):
        return _of_unknown_target(call, target)
    triples = call.triples(target)
    by_triple = [_of_triple(call, triple) for triple in triples]
    found = next((flags for flags in by_triple if flags is not None), None)
    if found is None:
        return []
    if len({flags.text if flags else None for flags in by_triple}) > 1:
        triple = triples[by_triple.index(found)]
        found = replace(found, condition=f"rustc's host is {triple}")
    return [("the target's rustflags", found)]


def _of_triple(call: CargoCall, triple: str) -> Flags | None:
    var = call.variable(variable_of_target(triple, "RUSTFLAGS"))
    words, ways = listed(call, ("target", triple, "rustflags"), var)
    for name in sorted(call.config.table("target")):
        if not name.startswith("cfg(") or not name.endswith(")"):
            continue
        more, through = listed(call, ("target", name, "rustflags"), Var())
        holds = cfg_holds(name[4:-1], triple) if more else False
        if holds is None:
            return Flags(unknown=f"rustc's answer to {name}")
        words, ways = (words + more, ways + through) if holds else (words, ways)
    return Flags(line_of(words), tuple(dict.fromkeys(ways))) if words else None


def _of_unknown_target(call: CargoCall, target: str) -> list[Source]:
    """Target flags of a target that is not known: there may be some."""
    is_any = any(
        name.startswith("CARGO_TARGET_") and name.endswith("_RUSTFLAGS") and var.text
        for name, var in call.event.env.items()
    )
    is_any = is_any or bool(call.config.table("target"))
    return (
        [("the target's rustflags", Flags(target, condition="the target decides"))]
        if is_any
        else []
    )


def _build_flags(call: CargoCall) -> list[Source]:
    words, ways = listed(call, ("build", "rustflags"), call.variable("CARGO_BUILD_RUSTFLAGS"))
    return [("build.rustflags", Flags(line_of(words), tuple(dict.fromkeys(ways))))] if words else []


def linker_rows(call: CargoCall) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and linker: only where one is named."""
    asked: tuple[str | None, ...] = call.targets or (None,)
    for target in asked if not call.refusal else ():
        found = linker(call, target)
        if found is not None:
            name = "effective" if len(asked) == 1 else f"effective for {target}"
            yield f"linker ({name})", found


def linker(call: CargoCall, target: str | None) -> Flags | None:
    """The linker of a target, where a variable or the configuration names one."""
    triples = call.triples(target)
    if not triples or has_hole(triples[0]):
        return None
    triple = triples[0]
    found = scalar(call, ("target", triple, "linker"), variable_of_target(triple, "LINKER"))
    by_cfg = {
        name: cfg_holds(name[4:-1], triple)
        for name, table in call.config.table("target").items()
        if name.startswith("cfg(") and isinstance(dig(table, ("linker",)), str)
    }
    named = [name for name, holds in by_cfg.items() if holds]
    if found is None and None in by_cfg.values():
        return Flags(unknown="rustc's answer to a cfg() that names a linker")
    if found is None and len(named) > 1:
        return Flags(unknown=f"{REFUSES}{' and '.join(named)} name a linker")
    if found is None and named:
        found = scalar(call, ("target", named[0], "linker"), "")
    if found is not None and len(triples) > 1:
        found = replace(found, condition=f"rustc's host is {triple}")
    return found
