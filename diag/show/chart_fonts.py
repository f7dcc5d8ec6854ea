"""Letters of a chart: which fonts draw them, how broad they are, and what is drawn in place of one
that no installed font holds."""

from __future__ import annotations

import re
import textwrap
import unicodedata
from functools import lru_cache

from matplotlib import font_manager
from matplotlib.ft2font import FT2Font

from diag.show.text import printable

SANS, MONO = "DejaVu Sans", "DejaVu Sans Mono"
# DejaVu comes with matplotlib and has no Chinese, Japanese or Korean: that is taken from what the
# machine has, the first of these.
_FALLBACK = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "Noto Sans CJK JP",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Hiragino Sans GB",
    "Heiti TC",
    "Noto Sans CJK KR",
    "Malgun Gothic",
    "Arial Unicode MS",
    "Noto Sans",
    "Noto Sans Devanagari",
    "Noto Sans Thai",
    "Noto Sans Symbols2",
)
# Stands behind a broad letter, so that it counts as two; it is never drawn, since no text has it.
_FILLER = "\uffff"
_BROAD = re.compile("[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\U0001f300-\U0001faff\U00020000-\U0003fffd]")  # fmt: skip

# Among others of their kind; a single one is made up for by the narrow letters beside it.
_BROADER = re.compile("[@%mwMW](?=[@%mwMW])|(?<=[@%mwMW])[@%mwMW]|[A-Z0-9]{3}")


def families(first: str = SANS) -> list[str]:
    """The font and those that stand in for its missing letters: only what is installed, since
    matplotlib complains of each other one."""
    own = [SANS] if first == SANS else [first, SANS]
    return [*own, *_installed(len(font_manager.fontManager.ttflist))]


@lru_cache(maxsize=4)
def _installed(_n_fonts: int) -> tuple[str, ...]:
    """Looked up anew when a font was added."""
    known = {font.name for font in font_manager.fontManager.ttflist}
    return tuple(name for name in _FALLBACK if name in known)


@lru_cache(maxsize=8)
def _letters(names: tuple[str, ...]) -> frozenset[int]:
    """Code points that these fonts draw."""
    found: set[int] = set()
    for name in names:
        font = FT2Font(font_manager.findfont(name, fallback_to_default=False))
        found |= font.get_charmap().keys()
    return frozenset(found)


def drawable(text: str) -> str:
    """The text on one line; a letter that no font here has is its number (`\\u4e2d`), which can be
    read and looked up, where a box could not."""
    text = printable(text)
    if text.isascii():
        return text
    text = unicodedata.normalize("NFC", text)
    known = _letters(tuple(families()))
    return "".join(letter if ord(letter) in known else _number(letter) for letter in text)


def _number(letter: str) -> str:
    code = ord(letter)
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def breadth(text: str) -> int:
    """Its letters, of which broad ones count as two, and three capitals or digits as four."""
    return len(_padded(text))


def _padded(text: str) -> str:
    text = _BROADER.sub(rf"\g<0>{_FILLER}", text)
    return text if text.isascii() else _BROAD.sub(rf"\g<0>{_FILLER}", text)


def _bare(text: str) -> str:
    return text.replace(_FILLER, "")


def lines_of(text: str, width: int, limit: int) -> list[str]:
    """The text, as it can be drawn, in at most `limit` lines of that breadth; flags and names are
    cut where they must be, and an ellipsis says that more was there."""
    # Nobody sees more than fits: a name of a megabyte is not wrapped to its end.
    most = 2 * width * limit
    text = drawable(text if len(text) <= most else text[:most] + "…")
    lines = textwrap.wrap(_padded(text), width, break_on_hyphens=False)
    if len(lines) > limit:
        lines = [*lines[: limit - 1], lines[limit - 1][: width - 1] + "…"]
    return [_bare(line) for line in lines]


def fit_end(text: str, width: int) -> str:
    """The text, as it can be drawn, in that breadth: its end is left out."""
    text = _padded(drawable(text))
    return _bare(text if len(text) <= width else text[: max(width - 1, 0)] + "…")


def fit_middle(text: str, width: int, head: int) -> str:
    """The same, but of its middle something is left out, behind `head` letters: names of one
    package begin alike and end differently."""
    text = _padded(drawable(text))
    if len(text) <= width:
        return _bare(text)
    return _bare(f"{text[:head]}…{text[head + 1 - width :]}")
