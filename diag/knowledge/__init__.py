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
