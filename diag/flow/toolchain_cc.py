"""What the cc crate (1.2), which build scripts use, takes for compiler and flags.

By its documentation: `<var>_<target>`, `<var>_<target_with_underscores>`, `TARGET_<var>` (HOST_ where
host and target are one), `<var>`. The first one set counts; of flags, cc 1.2 joins all that are set.
"""

from __future__ import annotations

from collections.abc import Iterator

from diag.flow.holes import has_hole
from diag.flow.state import Var
from diag.flow.toolchain_cargo import CargoCall, Flags

PROGRAMS = ("CC", "CXX", "AR", "RANLIB")
FLAGS = ("CFLAGS", "CXXFLAGS")


def cc_values(call: CargoCall) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and value, for each variable of which a form is set."""
    target = call.target if call.target is not None else call.hosts[0] if call.hosts else None
    if target is None or has_hole(target):
        return
    kind = "HOST" if target in call.hosts or call.target is None else "TARGET"
    for name in (*PROGRAMS, *FLAGS):
        forms = [(form, call.variable(form)) for form in forms_of(name, target, kind)]
        given = [(form, var) for form, var in forms if var.text is not None]
        if given:
            flags = _joined(given) if name in FLAGS else _first(given)
            yield f"{name} (cc crate)", flags


def forms_of(name: str, target: str, kind: str) -> list[str]:
    """The variables that are asked, the first that is set first."""
    forms = [f"{name}_{target}", f"{name}_{target.replace('-', '_')}", f"{kind}_{name}", name]
    return list(dict.fromkeys(forms))


def _first(given: list[tuple[str, Var]]) -> Flags:
    _, var = given[0]
    return Flags(var.text, var.came_through, var.lost_at, var.lost_by)


def _joined(given: list[tuple[str, Var]]) -> Flags:
    words = [var.text or "" for _, var in reversed(given)]
    ways = dict.fromkeys(way for _, var in reversed(given) for way in var.came_through)
    forms = [form for form, _ in given]
    condition = None
    if len(forms) > 1:
        condition = f"cc 1.2 or later, which joins {', '.join(forms)}; before, {forms[0]} alone"
    return Flags(" ".join(word for word in words if word), tuple(ways), condition=condition)
