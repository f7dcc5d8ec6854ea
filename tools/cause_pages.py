"""docs/causes/<id>.md from the words of diag/causes/texts/, and the index of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from diag.causes import CATALOGUE
from diag.causes.model import Cause

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "causes"
_TOOLCHAINS = {
    "cargo": "cargo",
    "cc": "the cc crate",
    "cargo-musl": "cargo and a musl target",
    "cmake": "CMake",
    "make": "make",
    "go": "go",
}


def pages() -> Mapping[Path, str]:
    """Path -> text of every page."""
    found = {FOLDER / f"{cause.id}.md": _page(cause) for cause in CATALOGUE.values()}
    return {FOLDER / "README.md": _index(CATALOGUE.values()), **found}


def _page(cause: Cause) -> str:
    texts = cause.texts
    sections = {
        "What it looks like": texts.looks_like,
        "Why it happens": texts.why,
        "How to tell it from its look-alikes": _told_apart(cause),
        "Fix": _fix(cause),
        "Limits": texts.limits_notes or texts.limits,
        "References": _bullets(texts.references),
    }
    head = f"# {cause.id}\n\nFamily `{cause.family}`, role `{cause.role}`.\n\n{texts.claim}\n"
    return head + "".join(f"\n## {title}\n\n{text.strip()}\n" for title, text in sections.items())


def _told_apart(cause: Cause) -> str:
    texts = cause.texts
    told = [texts.tell_apart.strip()]
    told += [f"Refuted by: {texts.refutation}"] if not texts.fix_notes else []
    told += [f"To separate it: {texts.experiment}"] if not texts.fix_notes else []
    return "\n\n".join(told)


def _fix(cause: Cause) -> str:
    texts = cause.texts
    if texts.fix_notes:
        return texts.fix_notes
    told = [_bullets(texts.fix)]
    for toolchain, steps in texts.fix_for.items():
        told.append(f"With {_TOOLCHAINS[toolchain]}:\n\n{_bullets(steps)}")
    told += [f"It does not cure: {texts.not_cured}"] if texts.not_cured else []
    return "\n\n".join(told)


def _bullets(items: Iterable[str]) -> str:
    return "\n".join(item if item.startswith("None: ") else f"- {item}" for item in items)


def _index(causes: Iterable[Cause]) -> str:
    lines = [
        "# Causes",
        "",
        "Every explanation that the kit judges, in the order of its tests.",
        "",
    ]
    return "\n".join([*lines, *_rows(causes)]) + "\n"


def _rows(causes: Iterable[Cause]) -> Iterator[str]:
    yield "| id | role | what it claims |"
    yield "|---|---|---|"
    for cause in causes:
        yield f"| [{cause.id}]({cause.id}.md) | {cause.role} | {cause.texts.claim} |"
