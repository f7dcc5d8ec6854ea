"""An entry of the catalogue as text: all its words, as its page in docs/causes has them."""

from __future__ import annotations

import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from diag.causes.model import Cause
from diag.causes.texts import Texts
from diag.errors import InputError

_WIDTH = 88
_ROLES = {
    "cause": "can be the cause of a failure",
    "contributing": "no cause by itself; it weakens or misleads the evidence",
    "latent": "breaks nothing today; it will where the conditions change",
    "claim": "an explanation that is often proposed, judged like any other",
}
_TOOLCHAINS = {"cc": "the cc crate", "cmake": "CMake"}  # others are called as they are typed
_LINK = re.compile(r"\[([^\]]+)\]\((?P<target>[^)]*)\)")
_PAGE = re.compile(r"\]\((?P<id>[\w-]+)\.md\)")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")


def explain_from(catalogue: Mapping[str, Cause], cause: str) -> str:
    """Plain text on one cause: claim, signs, reasons, look-alikes, refutation, fixes by toolchain
    and what they leave, experiment, limits, threads, and its page.

    Raises InputError with near ids when the catalogue does not hold it.
    """
    entry = catalogue.get(cause)
    if entry is None:
        raise _unknown(catalogue, cause)
    return "\n".join(_lines(entry)) + "\n"


def _lines(entry: Cause) -> Iterator[str]:
    texts = entry.texts
    yield f"{entry.id}  ({entry.family}; {_ROLES[entry.role]})"
    yield ""
    yield from _filled(texts.claim)
    for heading, body in _sections(texts):
        yield ""
        yield heading
        yield from body
    yield ""
    yield f"The same as a page, with links: docs/causes/{entry.id}.md"


def _sections(texts: Texts) -> Iterator[tuple[str, list[str]]]:
    """(heading, lines) of each section that has words."""
    alike = list(dict.fromkeys(_PAGE.findall(texts.tell_apart)))
    sections: list[tuple[str, list[str]]] = [
        ("What it looks like", _markdown(texts.looks_like)),
        ("Why it happens", _markdown(texts.why)),
        ("How to tell it from its look-alikes", _markdown(texts.tell_apart)),
        ("See also", _filled("diag explain " + ", ".join(alike)) if alike else []),
        ("Refuted by", _filled(texts.refutation)),
        ("Fix", _items(texts.fix)),
        *((f"Fix with {_TOOLCHAINS.get(t, t)}", _items(s)) for t, s in texts.fix_for.items()),
        ("Notes on the fix", _markdown(texts.fix_notes)),
        ("It does not cure", _filled(texts.not_cured)),
        ("Experiment", _filled(texts.experiment)),
        ("Limits", _filled(texts.limits) + _markdown(texts.limits_notes)),
        ("Public threads", _items(texts.references)),
    ]
    return ((heading, lines) for heading, lines in sections if lines)


def _items(items: Iterable[str]) -> list[str]:
    told = list(items)
    return [line for item in told for line in _filled(item, "- " if len(told) > 1 else "")]


def _markdown(text: str) -> list[str]:
    """Markdown as plain text: paragraphs and items filled, code as it stands, links by their text."""
    lines: list[str] = []
    for number, part in enumerate(text.strip().split("```")):
        if number % 2:
            lines += [f"    {line}" for line in part.partition("\n")[2].rstrip().splitlines()]
        else:
            lines += _prose(part)
    return lines


def _prose(text: str) -> list[str]:
    lines: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=- )", text.strip()):
        plain = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", " ".join(block.split())))
        if plain.startswith("- "):
            lines += _filled(plain[2:], "- ")
        elif plain:
            lines += _filled(plain)
    return lines


def _filled(text: str, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        _WIDTH,
        initial_indent=f"  {mark}",
        subsequent_indent="  " + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def _unknown(catalogue: Mapping[str, Cause], cause: str) -> InputError:
    near = difflib.get_close_matches(cause, list(catalogue), n=3)
    hint = f"did you mean {' or '.join(near)}? " if near else ""
    return InputError(f"unknown cause {cause!r}", help=f"{hint}known: {', '.join(catalogue)}")
