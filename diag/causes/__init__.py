"""The catalogue: every explanation that the kit can judge, in the order of the tests.

Infrastructure first, then presence, machine, order, visibility, then what was said of it.
"""

from __future__ import annotations

from diag.causes import (
    after_case,
    archives,
    claims,
    compiling,
    compiling_machine,
    cross_libraries,
    crossing,
    cxx,
    cxx_classes,
    cxx_tables,
    environment,
    infrastructure,
    inputs,
    libc,
    libc_newer,
    libc_runtime,
    library,
    link_asks,
    link_files,
    lto,
    masks,
    names,
    native_libraries,
    never_produced,
    pic,
    policy,
    presence,
    presence_guards,
    presence_probe,
    relocations,
    remainder,
    resolution,
    runtime,
    runtime_cxx,
    stale,
    transitive,
    underlinked,
    visibility,
    weak_names,
    wrong_arch,
)
from diag.causes.explanation import WIDTH, explain_from
from diag.causes.model import Cause, Evidence, Finding, Missing

__all__ = ["CATALOGUE", "Cause", "Evidence", "Finding", "Missing", "explain"]

_MODULES = (
    infrastructure,
    compiling,
    compiling_machine,
    stale,
    never_produced,
    presence,
    presence_probe,
    presence_guards,
    environment,
    crossing,
    cross_libraries,
    wrong_arch,
    archives,
    lto,
    link_files,
    link_asks,
    resolution,
    visibility,
    underlinked,
    relocations,
    weak_names,
    libc,
    libc_newer,
    libc_runtime,
    runtime,
    runtime_cxx,
    cxx,
    transitive,
    library,
    names,
    native_libraries,
    cxx_classes,
    cxx_tables,
    policy,
    pic,
    masks,
    after_case,
    claims,
    inputs,
    remainder,
)
CATALOGUE: dict[str, Cause] = {cause.id: cause for module in _MODULES for cause in module.CAUSES}


def explain(cause: str, *, width: int = WIDTH) -> str:
    """Text on one cause of the catalogue, its prose filled to `width` columns; InputError names near
    ids where it holds none such."""
    return explain_from(CATALOGUE, cause, width=width)
