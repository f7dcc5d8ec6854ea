"""Evidence for failed multi-architecture container builds.

    import diag
    case = diag.open_case("path/to/case")            # a folder with a case.toml, or loose files:
    case = diag.Case(log="build.log", dockerfile="Dockerfile", objects=["target/"])
    case.steps; case.link_errors; case.env           # plain DataFrames, read on first use
    verdict = case.diagnose()                        # shows as a table
    verdict.findings[0].evidence                     # file, line and text of each proof
    diag.compare(before, after).result               # cured, masked, moved, unproven, worse
    diag.env_at("Dockerfile", command="cargo")       # what each platform's cargo receives
    diag.read_build_log("build.log")                 # one frame: the steps
    diag.index_symbols("/usr/lib").defines("memcpy") # among millions; also .wants, any spelling
    print(diag.explain("kernel-object-not-built"))   # what a cause means, and its limits

Columns of every frame: diag.schema. At a prompt: `diag --help`. In a notebook `%load_ext diag` gives
`%diag_investigate build.log` and `%%diag_log`, which takes a log pasted into the cell.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

# Public name -> module that holds it. Nothing is imported before it is asked for, so that
# `import diag` and `diag --help` stay instant.
_HOMES = {
    "Case": "diag.case",
    "open_case": "diag.case",
    "Verdict": "diag.verdict",
    "diagnose": "diag.verdict",
    "investigate": "diag.show.notebook",
    "Comparison": "diag.compare",
    "compare": "diag.compare",
    "explain": "diag.causes",
    "env_at": "diag.flow",
    "probe_env": "diag.probe",
    "compare_flow_and_probe": "diag.probe",
    "scoping": "diag.scoping",
    "losses": "diag.scoping",
    "probe_scoping": "diag.scoping",
    "read_probe": "diag.read.probed",
    "interventions": "diag.interventions",
    "read_build_log": "diag.read.linkers",
    "read_log_lines": "diag.read.linkers",
    "read_link_errors": "diag.read.linkers",
    "read_dockerfile": "diag.read.dockerfile",
    "read_build_config": "diag.read.build_config",
    "read_base_env": "diag.read.build_config",
    "read_symbols": "diag.read.objects",
    "index_symbols": "diag.read.symbols_index",
    "SymbolIndex": "diag.read.symbols_index",
    "read_objects": "diag.read.objects",
    "read_details": "diag.read.details",
    "read_isa": "diag.read.isa",
    "join_symbols": "diag.join",
    "join_log_and_dockerfile": "diag.join",
    "join_flow_and_echoes": "diag.join",
    "resolve_link": "diag.link_ends",
    "read_exercises": "diag.exercises",
    "DiagError": "diag.errors",
    "InputError": "diag.errors",
}
_SHOWN = {"Case", "open_case", "Verdict", "diagnose", "investigate", "Comparison", "compare"}

__version__ = "0.1.0"
__all__ = sorted(_HOMES)


def _load(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'diag' has no attribute {name!r}")
    value = getattr(import_module(_HOMES[name]), name)
    _tell_errors_in_one_line()
    if name in _SHOWN:
        import_module("diag.show.display").attach()
    setattr(sys.modules[__name__], name, value)
    return value


def _tell_errors_in_one_line() -> None:
    """In IPython what is wrong with an input is no traceback of ours."""

    def lines(error: Any) -> list[str]:
        told: list[str] = import_module("diag.show.display").error_lines(error)
        return told

    errors = import_module("diag.errors")
    errors.InputError._render_traceback_ = lines


def __getattr__(name: str) -> Any:
    return _load(name)


def load_ipython_extension(ipython: Any) -> None:
    """`%load_ext diag`: gives a notebook `%diag_investigate` and `%%diag_log`."""
    import_module("diag.magics").load(ipython)


def unload_ipython_extension(ipython: Any) -> None:
    """`%unload_ext diag`."""
    import_module("diag.magics").unload(ipython)


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOMES})


class _Package(ModuleType):
    """The package, where `diag.compare` stays the function.

    Importing the submodule diag.compare binds its name here too, and would hide the function of
    the same name; the function is kept in its place.
    """

    def __setattr__(self, name: str, value: Any) -> None:
        if name in _HOMES and isinstance(value, ModuleType):
            value = getattr(value, name)
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package
