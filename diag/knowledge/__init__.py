"""Tables with their sources, as TOML beside this file; nothing here decides."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any


@cache
def table(name: str) -> dict[str, Any]:
    """The parsed table `name`.toml."""
    text = files(__name__).joinpath(f"{name}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@cache
def _isa_words() -> frozenset[str]:
    return frozenset(word for group in table("isa_words").values() for word in group["words"])


def isa_words_in(text: str) -> frozenset[str]:
    """The instruction-set words among the parts of a name or message (`sum_avx512` has avx512)."""
    parts = re.findall(r"[a-z0-9]+", text.lower().replace(".", "_"))
    return frozenset(parts) & _isa_words()


@cache
def algorithm_words() -> frozenset[str]:
    """Instruction-set words that are first of all the name of an algorithm, such as `crc32`."""
    groups = table("isa_words").values()
    return frozenset(word for group in groups for word in group.get("algorithms", ()))


@cache
def linker_names() -> frozenset[str]:
    """Names that a linker itself defines, such as `_GLOBAL_OFFSET_TABLE_`."""
    groups = table("linker_names")
    return frozenset([*groups["everywhere"]["names"], *groups["by_machine"]["names"]])


def bounded_section(name: str) -> str | None:
    """The section whose begin or end the name is (`__start_X`, `__stop_X`), or None."""
    for prefix in table("linker_names")["section_bounds"]["prefixes"]:
        if name.startswith(prefix):
            return name.removeprefix(prefix)
    return None
