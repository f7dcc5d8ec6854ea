"""A case.toml written from a case: what diag/case_inputs.py reads."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from diag.case import Case
    from diag.show.redact import Redactor


def case_toml(
    case: Case, mask: Redactor, logs: dict[str, list[str]], dockerfile: str, probe: list[str],
    objects: dict[str, list[str]],
) -> Iterator[str]:  # fmt: skip
    """The lines of the case.toml."""
    yield "# Written by diag collect."
    yield f"title = {_toml(mask.text(case.title or _title(case)))}"
    yield f"engine = {_toml(case.engine)}"
    yield from [f"dockerfile = {_toml(dockerfile)}"] if dockerfile else []
    stated = {
        "logs": logs.get("", []),
        "objects": objects.get("", []),
        "claims": list(case.claims),
        "probe": probe,
    }
    yield from (f"{name} = {_toml(value)}" for name, value in stated.items() if value)
    for name, pairs in (("build_args", case.build_args), ("base_env", case.base_env)):
        yield from ["", f"[{name}]"] if pairs else []
        yield from (f"{_toml(k)} = {_toml(mask.value(k, v))}" for k, v in pairs.items())
    for platform in dict.fromkeys([*case.asked, *logs, *objects]):
        if platform:
            yield from _platform(case, platform, logs.get(platform, []), objects.get(platform, []))


def _title(case: Case) -> str:
    """What is known of a build that nobody named."""
    is_failed = len(case.link_errors) or (case.steps["status"] == "error").any()
    is_failed = is_failed or any(log.failure for log in case.logs)
    return "A failed build" if is_failed else "A build"


def _platform(case: Case, name: str, logs: list[str], objects: list[str]) -> Iterator[str]:
    yield from ("", "[[platform]]", f"name = {_toml(name)}")
    yield from [f"logs = {_toml(logs)}"] if logs else []
    yield from [f"objects = {_toml(objects)}"] if objects else []
    for fact in (fact for fact in case.facts if fact.name == name):
        for key in ("linked", "ran", "exit_code", "signal"):
            value = getattr(fact, key)
            yield from [f"{key} = {_toml(value)}"] if value is not None else []
        if fact.runs:
            yield f"runs = [{', '.join(_table(run) for run in fact.runs)}]"


def _table(run: Any) -> str:
    return "{ " + ", ".join(f"{key} = {_toml(value)}" for key, value in run.items()) + " }"


def _toml(value: Any) -> str:
    """A value as TOML writes it: its strings are those of JSON, but for DEL."""
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]" if len(value) < 2 else _long(map(_toml, value))
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    text = str(value).encode("utf-8", "replace").decode()
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _long(items: Iterable[str]) -> str:
    return "[\n" + "".join(f"    {item},\n" for item in items) + "]"
