"""What the cc crate, which build scripts use, takes for compiler and flags.

Measured on cc 1.0.73, 1.2.6, 1.2.19 and 1.2.60 (tests/toolchain/cc.json): `<var>_<target>`,
`<var>_<target_with_underscores>`, `TARGET_<var>` (HOST_ where host and target are one), `<var>`.
The first one set counts, and an empty one is set: then the default program is taken. Of flags, cc
1.2.15 and later join all that are set (its change log), the most special last; earlier ones take
the first. CRATE_CC_NO_DEFAULTS counts wherever it is set before 1.1.28, where it is neither empty,
0 nor false from then on, and a word such as `no` is told differently by yet later ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from diag.flow.holes import has_hole
from diag.flow.state import Var
from diag.flow.toolchain_call import HOST_TUPLE, CargoCall
from diag.flow.toolchain_flags import Flags, of_var

PROGRAMS = ("CC", "CXX", "AR", "RANLIB")
FLAGS = ("CFLAGS", "CXXFLAGS")
NO_DEFAULTS = "CRATE_CC_NO_DEFAULTS"
FALSE = ("", "0", "false")
UNSURE = ("no", "off", "n", "f")  # where versions differ, or may


def cc_values(call: CargoCall) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and value, for each variable of which a form is set."""
    asked: tuple[str | None, ...] = call.targets or (None,)
    names = " ".join([*call.event.env, *call.event.overlay, *call.config.table("env")])
    for target in asked:
        note = "cc crate" if len(asked) == 1 else f"cc crate for {target}"
        for name in (*PROGRAMS, *FLAGS):
            if name not in names:
                continue
            found = _value(call, name, _pairs(call, target))
            if found is not None:
                yield f"{name} ({note})", found
    var = call.script_variable(NO_DEFAULTS)
    if var.text is not None:
        yield f"{NO_DEFAULTS} (cc crate)", _no_defaults(var, var.text)


def _pairs(call: CargoCall, target: str | None) -> list[tuple[str, bool]]:
    """What the target may be, and whether it is the host; the likeliest first."""
    if target is not None and target in call.hosts:
        is_first = target == call.hosts[0]
        return [(target, is_first), (target, not is_first)]
    triples = [triple for triple in call.triples(target) if not has_hole(triple)]
    return [(triple, target in (None, HOST_TUPLE)) for triple in triples]


def _value(call: CargoCall, name: str, pairs: list[tuple[str, bool]]) -> Flags | None:
    found = [_of_target(call, name, *pair) for pair in pairs]
    first = next((flags for flags in found if flags is not None), None)
    if first is None or len({flags.text if flags else None for flags in found}) == 1:
        return first
    triple, is_host = pairs[found.index(first)]
    told = f"rustc's host is {'' if is_host else 'not '}{triple}"
    if found[0] is None:  # nothing is set for the likeliest host
        return Flags(unknown=f"rustc's host: {first.text} where {told}")
    return replace(first, condition="; ".join(filter(None, (told, first.condition))))


def _of_target(call: CargoCall, name: str, target: str, is_host: bool) -> Flags | None:
    kind = "HOST" if is_host else "TARGET"
    forms = [(form, call.script_variable(form)) for form in forms_of(name, target, kind)]
    given = [(form, var) for form, var in forms if var.text is not None]
    if not given:
        return None
    return _joined(given) if name in FLAGS else _first(given)


def forms_of(name: str, target: str, kind: str) -> list[str]:
    """The variables that are asked, the first that is set first."""
    under = re.sub(r"[-.]", "_", target)
    return list(dict.fromkeys([f"{name}_{target}", f"{name}_{under}", f"{kind}_{name}", name]))


def _first(given: list[tuple[str, Var]]) -> Flags:
    (form, var), *others = given
    beaten = [name for name, other in others if other.text and other.text != var.text]
    told = f"{form} outranks {', '.join(beaten)}" if beaten else None
    found = of_var(var)
    return Flags(found.text, found.came_through, found.lost_at, found.lost_by, told)


def _joined(given: list[tuple[str, Var]]) -> Flags:
    texts = [" ".join((var.text or "").split()) for _, var in reversed(given)]
    ways = dict.fromkeys(way for _, var in reversed(given) for way in var.came_through)
    forms = [form for form, _ in given]
    lost = given[0][1]
    condition = None
    if len(forms) > 1:
        condition = f"cc 1.2.15 or later, which joins {', '.join(forms)}; before, {forms[0]} alone"
    text = " ".join(text for text in texts if text)
    return Flags(text, tuple(ways), lost.lost_at, lost.lost_by, condition)


def _no_defaults(var: Var, text: str) -> Flags:
    """1 where the crate leaves its own flags (-O, -g, -fPIC, ...) away."""
    if has_hole(text):
        return of_var(var)
    if text in UNSURE:
        return Flags(unknown="the version of cc")
    if text in FALSE:
        told = "cc 1.1.28 or later; before, it counts whatever it holds"
        return Flags("0", var.came_through, condition=told)
    return Flags("1", var.came_through)
