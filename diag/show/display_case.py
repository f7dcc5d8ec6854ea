"""What a case holds, in words, without reading any of it; its secrets masked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from diag.schema import each
from diag.show.frame_tables import table_of
from diag.show.redact import Redactor, pairs_of_env, redactor_of
from diag.show.text import counted, listed

if TYPE_CHECKING:
    from diag.case import Case

MAX_NAMED = 6  # paths, arguments
# Frames that a case may have read by now, and what a row of each is.
_FRAMES = {
    "steps": "step",
    "link_errors": "link error",
    "link_commands": "link command",
    "instructions": "instruction",
    "env": "row of the environment",
    "isa": "row of instruction sets",
}


@dataclass(frozen=True)
class Held:
    """The parts of a case as (what, words), and the table of what could not be used so far."""

    facts: tuple[tuple[str, str], ...]
    errors: pd.DataFrame

    @property
    def line(self) -> str:
        """The same in one line."""
        told = [f"{what}: {words}" for what, words in self.facts if words]
        unread = [f"{row.file}: {row.reason}" for row in each(self.errors.head(MAX_NAMED))]
        return "; ".join([f"not read: {listed(unread, limit=2)}", *told] if unread else told)


def held_of(case: Case) -> Held:
    """What is in the case, masked by what its build arguments are called."""
    mask = redactor_of([*case.build_args.items(), *case.base_env.items(), *_env_read(case)])
    facts = tuple((what, mask.text(words)) for what, words in _facts(case, mask))
    return Held(facts, mask.frame(case.errors))


def _env_read(case: Case) -> Iterator[tuple[str, str]]:
    """Names and values of the environment where it has been read."""
    env = case.__dict__.get("env")
    if env is not None:
        yield from pairs_of_env(env)


def _facts(case: Case, mask: Redactor) -> Iterator[tuple[str, str]]:
    inputs = case.inputs
    paths = [
        f"{path} ({platform})" if platform else str(path)
        for platform, own in inputs.objects.items()
        for path in own
    ]
    logs = [f"{log.name} ({log.platform})" if log.platform else log.name for log in inputs.logs]
    yield "title", case.title
    yield "logs", _named(logs)
    yield "Dockerfile", inputs.dockerfile or ""
    yield "objects", _named(paths)
    yield "platforms", _named(case.__dict__.get("platforms") or case.asked)
    yield "build arguments", _named(f"{k}={mask.value(k, v)}" for k, v in case.build_args.items())
    yield "base image", _named(f"{k}={mask.value(k, v)}" for k, v in case.base_env.items())
    yield "claims", _named(case.claims)
    yield "read so far", _read(case)


def _named(items: Iterable[str]) -> str:
    return listed(items, limit=MAX_NAMED)


def _read(case: Case) -> str:
    """The frames that were asked for, and how much they hold."""
    got = {name: case.__dict__[name] for name in _FRAMES if name in case.__dict__}
    return listed(
        [counted(len(frame), _FRAMES[name], _plural(_FRAMES[name])) for name, frame in got.items()],
        limit=len(_FRAMES),
    )


def _plural(noun: str) -> str:
    first, _, rest = noun.partition(" of ")
    return f"{first}s of {rest}" if rest else f"{noun}s"


def df_case(held: Held) -> pd.DataFrame:
    """One row a part; what was not given reads so."""
    return table_of(
        ("part", "what"), [(what, words or _absent(what)) for what, words in held.facts]
    )


def _absent(what: str) -> str:
    return "nothing yet" if what == "read so far" else "not given"
