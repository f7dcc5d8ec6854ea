"""The contexts of a Dockerfile's RUNs, of a text."""

from __future__ import annotations

from typing import Any

from diag.flow.scopes import run_contexts
from diag.flow.values import RunContext
from diag.read.dockerfile import parse_dockerfile


def contexts(text: str, **options: Any) -> list[RunContext]:
    options.setdefault("platform", "linux/arm/v7")
    return run_contexts(parse_dockerfile(text, "D"), **options)
