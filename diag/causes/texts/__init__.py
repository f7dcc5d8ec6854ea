"""The words of every cause, as TOML, one file a family: what it claims, how it looks, what to do.

They are the single source of `diag explain`, of the findings, and of docs/causes/<id>.md. Read on
demand: a verdict needs the words of few families.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from diag.errors import InputError

NO_CURE = "No cure: "  # how the one begins that says what people try in vain
NOT_CURED = "It does not cure: "  # how the step begins that says what the others leave
# What a finding and a page cannot be without.
NEEDED = (
    "claim", "refutation", "fix", "experiment", "limits", "looks_like", "why", "tell_apart",
    "references",
)  # fmt: skip
_INSIDE = {"cc": "cargo"}  # what runs inside of another and has no words of its own


@dataclass(frozen=True)
class Texts:
    """The words of one cause. `fix_for`: toolchain (cargo, cc, cmake, make, go) -> its own steps,
    in place of `fix`. The last ones are Markdown, for the page."""

    claim: str
    refutation: str
    fix: tuple[str, ...]
    experiment: str
    limits: str
    not_cured: str = ""  # what the fix does not cure
    fix_for: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    looks_like: str = ""
    why: str = ""
    tell_apart: str = ""
    fix_notes: str = ""
    limits_notes: str = ""
    references: tuple[str, ...] = ()

    def fix_with(self, toolchain: str) -> tuple[str, ...]:
        """The steps for that toolchain, and what they do not cure."""
        own = self.fix_for.get(toolchain) or self.fix_for.get(_INSIDE.get(toolchain, ""))
        steps = tuple(own or self.fix)
        return (*steps, NOT_CURED + self.not_cured) if self.not_cured else steps


def words_of(family: str, cause: str) -> Texts:
    """The words of one cause; InputError names the file and what it lacks."""
    found = texts_of(family).get(cause)
    if found is None:
        raise _lacks(family, f'there is no table ["{cause}"]', NEEDED)
    return found


@cache
def texts_of(family: str) -> Mapping[str, Texts]:
    """Cause id -> its words, for the causes of one family; errors as of words_of."""
    try:
        text = files(__name__).joinpath(f"{family}.toml").read_text(encoding="utf-8")
    except FileNotFoundError:
        said = f"the causes of family {family!r} have no such file"
        raise _lacks(family, said, NEEDED) from None
    stated = tomllib.loads(text)
    return {cause: _texts(family, cause, entry) for cause, entry in stated.items()}


def _texts(family: str, cause: str, entry: Mapping[str, object]) -> Texts:
    lacking = [key for key in NEEDED if not entry.get(key)]
    if lacking:
        raise _lacks(family, f'["{cause}"] has no {", ".join(lacking)}', lacking)
    strange = [key for key in entry if key not in Texts.__dataclass_fields__]
    if strange:
        known = f"known: {', '.join(Texts.__dataclass_fields__)}"
        raise InputError(f'["{cause}"] has {", ".join(strange)}', file=_place(family), help=known)
    return Texts(**{key: _frozen(value) for key, value in entry.items()})  # type: ignore[arg-type]


def _lacks(family: str, what: str, keys: Iterable[str]) -> InputError:
    asked = f"write {', '.join(keys)} as CONTRIBUTING.md tells, and look at a cause beside it"
    return InputError(what, file=_place(family), help=asked)


def _place(family: str) -> str:
    return f"diag/causes/texts/{family}.toml"


def _frozen(value: object) -> object:
    if isinstance(value, list):
        return tuple(value)
    if isinstance(value, dict):
        return {key: tuple(steps) for key, steps in value.items()}
    return value.strip() if isinstance(value, str) else value
