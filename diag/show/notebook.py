"""A case told in a notebook, section by section: what notebooks/investigate.ipynb calls.

    told = diag.investigate(log="build.log", dockerfile="Dockerfile", objects="target/")
    told.answer(); told.platforms(); told.evidence(); told.refuted(); told.missing(); told.fix()

Each method gives what a cell shows. None raises for a case with parts missing: it says so. Where
nothing was named, or what was named cannot be used, each says what to fill in. Secrets are masked.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from diag.case import Case
from diag.case_inputs import Source, read_case_toml, source_of
from diag.errors import DiagError, InputError
from diag.paths import exists, is_file
from diag.show.investigation import Investigation, problem_of

NOTHING_NAMED = "Nothing is named yet: fill in the cell of parameters above, and run all cells."
WHAT_TO_NAME = (
    "One of them is enough: `log` (a build log, or its text), `dockerfile`, `objects` (files, folders, "
    "archives), or `case` (a folder with a case.toml). The more is named, the more can be decided."
)


def investigate(
    case: Source | Case = "",
    *,
    log: Any = "",
    dockerfile: Any = "",
    objects: Any = "",
    platforms: str | Sequence[str] = (),
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "",
    claims: str | Sequence[str] = (),
    fixed: Any = (),
    demo: Source = "",
) -> Investigation:
    """The investigation of a case: its sections for a notebook, its case and verdict.

    `case` is a folder with a case.toml, or a Case; the others are as for `diag.Case`, outrank what
    the folder states, and count as not given where they are empty. `fixed`: the build with the
    change and, if there is one, the build with the change taken out again (case folders or logs).
    `demo` is a case folder that is told while nothing else is named: the answer says so, and what
    is named takes its place whole. It never raises for unusable input: the sections say what is wrong.
    """
    given = {
        "log": log,
        "dockerfile": dockerfile,
        "objects": objects,
        "platforms": _words(platforms),
        "build_args": build_args,
        "base_env": base_env,
        "engine": engine,
    }
    try:
        _check(given)
        named = {name: value for name, value in given.items() if value}
        is_demo = _is_demo(case, named, demo)
        opened = _opened(demo if is_demo else case, named)
        if opened is None:
            return Investigation(None, None, NOTHING_NAMED, WHAT_TO_NAME)
        verdict = opened.diagnose(claims=_words(claims))
        others = [other for other in (_opened(one, {}) for one in _many(fixed)) if other]
    except DiagError as error:
        return Investigation(None, None, *problem_of(error))
    return Investigation(opened, verdict, fixed=others, is_demo=is_demo)


def _is_demo(case: Source | Case, named: Mapping[str, Any], demo: Source) -> bool:
    """Whether the demo is told: nothing of a case is named, and the demo is at hand. A notebook that
    was taken out of its folder has none."""
    if case or any(named.get(name) for name in ("log", "dockerfile", "objects")):
        return False
    return bool(demo) and isinstance(demo, str | Path) and exists(demo)


def _words(given: str | Sequence[str]) -> list[str]:
    """Several words, or one text with commas between."""
    words = given.split(",") if isinstance(given, str) else [str(word) for word in given]
    return [word.strip() for word in words if word.strip()]


def _many(given: Any) -> list[Any]:
    return [one for one in (given if isinstance(given, list | tuple) else [given]) if one]


_SHAPES: dict[str, tuple[tuple[type, ...], str]] = {
    "log": ((str, bytes, Path, list, tuple, Mapping), "a path, several in [], or {platform: path}"),
    "dockerfile": ((str, bytes, Path), "a path, or the text of a Dockerfile"),
    "objects": ((str, Path, list, tuple, Mapping), "a path, several in [], or {platform: path}"),
    "build_args": ((Mapping,), 'names and values: {"NAME": "value"}'),
    "base_env": ((Mapping,), 'names and values: {"NAME": "value"}'),
    "engine": ((str,), "buildkit or buildah"),
}


def _check(given: Mapping[str, Any]) -> None:
    """InputError for a parameter of another shape."""
    for name, (shapes, told) in _SHAPES.items():
        if given[name] and not isinstance(given[name], shapes) and not hasattr(given[name], "read"):
            raise InputError(f"`{name}` is {type(given[name]).__name__}", help=f"write {told}")


def _opened(case: Any, given: dict[str, Any]) -> Case | None:
    """The case of a folder, a case.toml or a log; None where nothing is named."""
    if isinstance(case, Case):
        return case
    source = source_of(case)
    if not source:
        return Case(**given) if given else None
    is_path = isinstance(source, str | Path)
    if is_path and (Path(source).suffix == ".toml" or not is_file(source)):
        return Case(**{**read_case_toml(source), **given})
    return Case(**{"log": source, **given})
