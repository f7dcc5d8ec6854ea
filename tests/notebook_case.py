"""A small failed build with a secret for tests of notebooks, and what their sections hold as text."""

from __future__ import annotations

import re
from html import escape, unescape
from pathlib import Path
from typing import Any

import diag
from diag.show.investigation import Investigation
from diag.show.shown import Shown

ROOT = Path(__file__).resolve().parent.parent
LINKS = ROOT / "data" / "lab" / "links"
SECTIONS = [
    name
    for name, method in vars(Investigation).items()
    if name[0] != "_" and hasattr(method, "__wrapped__") and not name.startswith("instruction_sets")
]
LOG = """
#1 [builder 2/2] RUN cc main.o
#1 0.100 /usr/bin/ld: main.o: in function `main':
#1 0.101 main.c:(.text+0x5): undefined reference to `frobnicate'
#1 ERROR: process "/bin/sh -c cc main.o" did not complete successfully: exit code: 1
"""
DOCKERFILE = """
FROM debian
ARG TARGETARCH
RUN export CFLAGS=-O2; make
"""
SECRET = "hunter22-and-more"


def html_of(shown: Any) -> str:
    """The HTML of what a section gives; of a chart, its words."""
    return shown._repr_html_() if isinstance(shown, Shown) else escape(str(shown.alt))


def all_of(told: Investigation) -> dict[str, str]:
    """Section -> HTML, of every section."""
    shown = {name: html_of(getattr(told, name)()) for name in ("answer", *SECTIONS)}
    isa = diag.read_isa(*told.object_files, beyond_floor=True, with_guards=True)
    shown["instruction_sets"] = html_of(told.instruction_sets(isa))
    return {**shown, "instruction_sets_chart": html_of(told.instruction_sets_chart(isa))}


def sentences(html: str) -> str:
    """The HTML without its tags."""
    inline = re.sub(r"</?(?:code|strong|b|mark)\b[^>]*>", "", html)
    return unescape(re.sub(r"<[^>]+>", " ", inline)).strip()
