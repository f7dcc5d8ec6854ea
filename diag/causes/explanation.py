"""An entry of the catalogue as text: all its words, as its page in docs/causes has them."""

from __future__ import annotations

import difflib
import re
import textwrap
from collections.abc import Iterable, Iterator, Mapping

from diag.causes.model import Cause
from diag.causes.texts import Texts
from diag.errors import InputError

WIDTH = 88  # columns of prose: wider lines are hard to read
_LEAST = 16
_ROLES = {
    "cause": "can be the cause of a failure",
    "contributing": "no cause by itself; it weakens or misleads the evidence",
    "latent": "breaks nothing today; it will where the conditions change",
    "claim": "an explanation that is often proposed, judged like any other",
}
_TOOLCHAINS = {
    "cc": "the cc crate",
    "cargo-musl": "cargo and a musl target",
    "cmake": "CMake",
}  # others are called as they are typed
_AGAIN = 0.6  # of its words: from here on a text says the same
_LINK = re.compile(r"\[([^\]]+)\]\((?P<target>[^)]*)\)")
_PAGE = re.compile(r"\]\((?P<id>[\w-]+)\.md\)")
_EMPHASIS = re.compile(r"\*\*(.+?)\*\*")


def explain_from(catalogue: Mapping[str, Cause], cause: str, *, width: int = WIDTH) -> str:
    """Plain text on one cause: claim, signs, reasons, look-alikes, refutation, fixes by toolchain
    and what they leave, experiment, limits, threads, and its page.

    Prose is filled to `width` columns. Raises InputError with near ids when the catalogue does not hold it.
    """
    entry = catalogue.get(cause)
    if entry is None:
        raise unknown_cause(catalogue, cause)
    return "\n".join(_lines(entry, max(width, _LEAST))) + "\n"


def _lines(entry: Cause, width: int) -> Iterator[str]:
    texts = entry.texts
    yield f"{entry.id}  ({entry.family}; {_ROLES[entry.role]})"
    yield ""
    yield from _filled(texts.claim, width)
    for heading, body in _sections(texts, width):
        yield ""
        yield heading
        yield from body
    yield ""
    yield f"The same as a page, with links: docs/causes/{entry.id}.md"


def _sections(texts: Texts, width: int) -> Iterator[tuple[str, list[str]]]:
    """(heading, lines) of each section that has words."""
    alike = list(dict.fromkeys(_PAGE.findall(texts.tell_apart)))
    sections: list[tuple[str, list[str]]] = [
        ("What it looks like", _markdown(texts.looks_like, width)),
        ("Why it happens", _markdown(texts.why, width)),
        ("How to tell it from its look-alikes", _markdown(texts.tell_apart, width)),
        ("See also", _filled("diag explain " + ", ".join(alike), width) if alike else []),
        ("Refuted by", _filled(texts.refutation, width)),
        # Notes say the same at more length: as on the page they stand in place of the short form.
        ("Fix", _markdown(texts.fix_notes, width) or _items(texts.fix, width)),
        *(
            (f"Fix with {_TOOLCHAINS.get(t, t)}", _items(s, width))
            for t, s in texts.fix_for.items()
        ),
        ("It does not cure", _filled(texts.not_cured, width)),
        ("Experiment", _filled(texts.experiment, width)),
        ("Limits", _limits(texts, width)),
        ("Public threads", _items(texts.references, width)),
    ]
    return ((heading, lines) for heading, lines in sections if lines)


def _limits(texts: Texts, width: int) -> list[str]:
    """The short form and the notes of the page, where these do not say it all again."""
    short, notes = _words(texts.limits), _words(texts.limits_notes)
    is_again = len(short & notes) > _AGAIN * len(short)
    return [
        *([] if is_again else _filled(texts.limits, width)),
        *_markdown(texts.limits_notes, width),
    ]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.lower()))


def _items(items: Iterable[str], width: int) -> list[str]:
    told = list(items)
    return [line for item in told for line in _filled(item, width, "- " if len(told) > 1 else "")]


def _markdown(text: str, width: int) -> list[str]:
    """Markdown as plain text: paragraphs and items filled, code as it stands, links by their text."""
    lines: list[str] = []
    for number, part in enumerate(text.strip().split("```")):
        if number % 2:
            lines += [f"    {line}" for line in part.partition("\n")[2].rstrip().splitlines()]
        else:
            lines += _prose(part, width)
    return lines


def _prose(text: str, width: int) -> list[str]:
    lines: list[str] = []
    for block in re.split(r"\n\s*\n|\n(?=- )", text.strip()):
        plain = _EMPHASIS.sub(r"\1", _LINK.sub(r"\1", " ".join(block.split())))
        if plain.startswith("- "):
            lines += _filled(plain[2:], width, "- ")
        elif plain:
            lines += _filled(plain, width)
    return lines


def _filled(text: str, width: int, mark: str = "") -> list[str]:
    return textwrap.wrap(
        text,
        width,
        initial_indent=f"  {mark}",
        subsequent_indent="  " + " " * len(mark),
        break_long_words=False,
        break_on_hyphens=False,
    )


def unknown_cause(catalogue: Mapping[str, Cause], cause: str) -> InputError:
    """The error for an id that the catalogue does not hold, with near ones."""
    near = difflib.get_close_matches(cause, list(catalogue), n=3)
    parts = catalogue if len(cause) > 2 else ()  # a letter or two are in most of them
    near += [known for known in parts if cause in known and known not in near][:3]
    hint = f"did you mean {' or '.join(near[:4])}? " if near else ""
    return InputError(f"unknown cause {cause!r}", help=f"{hint}`diag explain` lists them all")
