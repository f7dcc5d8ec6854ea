"""Messages of GNU ld, gold and gcc in other languages, turned back into English.

translations.tsv holds them, as the catalogues of binutils 2.35 to 2.47 and gcc 12 have them
(data/lab/linkers/words.py writes it): the program, the English message and a translation, with {0},
{1} for what the program fills in. A text is compared piece by piece from the left, so that no line
costs more than its length.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

MAX_TEXT = 8192  # characters
# What lines without the program's name hold in the languages in which logs are seen: the header of a
# function, undefined references, further definitions; ld before 2.31 prints all of them without it.
FOREIGN = (
    "n la función", "sin definir", "definiciones múltiples", "ans la fonction", "indéfinie", "définitions multiples",
    "a função ", "não definida", "múltiplas definições", " функции «", "неопредел", "повторное определение",
    " функції «", "невизначен", "повторне визначення", "中：", "未定义", "多重定义", "nella funzione", "non definit",
    "definizione multipla", "関数 `", "定義されていない", "重複して定義", "funktionen", "odefinierad", "flera definitioner",
    "trong hàm", "chưa xác định", "xác định nhiều lần", "non définie", "fonksiyonunda", "tanımsız başvuru", "birden fazla tanım", "於函式", "未定義", "多重定義", "In Funktion »",
    "undefinierter Verweis", "Mehrfachdefinition",
    "във функция", "многократни определения", "în funcția", "nedefinit", "definiție multiplă", "у функцији", "недефинисан",
    "вишеструка дефиниција",
    # Relocations that do not fit, and those into discarded sections, come without a name in every version.
    "truncada para ajustar", "tronquée pour concorder", "truncada para caber", "обрезано по месту",
    "обрізано за потребою", "per troncamento", "切り詰められました", "avkortad för att passa", "截断重寻址", "截斷重定址",
    "sección descartada", "secção descartada", "section abandonnée", "отброшенном разделе",
    "відкинутому розділі", "破棄されたセクション", "borttaget avsnitt", "kastad sektion",
    "trunchiată pentru", "secțiunea eliminată", "скраћено да стане", "одбаченом одељку", "отрязано, за да",
)  # fmt: skip
_PLACE = re.compile(r"\{(\d)\}")
_HEADER = "{0}: in function `{1}':"
_LEVEL = re.compile(r"(?P<word>[^:：]{2,30}?) ?(?:: |：)")
_SPACES = str.maketrans({"\xa0": " ", "\u202f": " "})  # French sets them before a colon
_LEVELS = (
    "{0}: error:",
    "{0}: fatal error:",
    "{0}: warning:",
    "error:",
    "fatal error:",
    "warning:",
)


@dataclass(frozen=True)
class _Template:
    """A translated message: its pieces round the places, and the places' numbers between them."""

    english: str
    pieces: tuple[str, ...]
    numbers: tuple[int, ...]
    literal: str  # the longest piece

    def match(self, text: str) -> str | None:
        """The English of a text that is this message."""
        first, last = self.pieces[0], self.pieces[-1]
        if len(self.pieces) == 1:
            return self.english if text == first else None
        end = len(text) - len(last)
        if not (text.startswith(first) and text.endswith(last) and end >= len(first)):
            return None
        at, values = len(first), {}
        for number, piece in zip(self.numbers[:-1], self.pieces[1:-1], strict=True):
            found = text.find(piece, at, end)
            if found < 0:
                return None
            values[number], at = text[at:found], found + len(piece)
        values[self.numbers[-1]] = text[at:end]
        return _PLACE.sub(lambda place: _fragment(values.get(int(place[1]), "")), self.english)


def to_english(text: str, domain: str) -> str | None:
    """The message as the program says it in English; None if it is none of the catalogue's."""
    if len(text) > MAX_TEXT:
        return None
    text = text.translate(_SPACES).strip()
    for template in _templates(domain):
        if template.literal in text and (english := template.match(text)) is not None:
            return english
    return None


def split_level(text: str, domain: str) -> tuple[str, str, str] | None:
    """(what stands before, error or fatal error or warning, the message) of a translated message."""
    if len(text) > MAX_TEXT:
        return None
    text = text.translate(_SPACES)
    for english, said in _levels(domain):
        before, found, message = text.partition(said)
        if found:
            return before, english, message.strip()
    return None


def without_level(text: str) -> str:
    """The message with `error: ` or the like at its start in English."""
    found = _LEVEL.match(text[:80].translate(_SPACES))
    english = _level_words().get(found["word"]) if found else None
    return f"{english}: {text[found.end() :]}" if found and english else text


def with_english_place(text: str, domain: str) -> str | None:
    """The message in English, where a location of the linker's own stands before it."""
    before, colon, message = text.partition(": ")
    said = to_english(message, domain) if colon else None
    return f"{before}: {said}" if said else None


def with_english_reason(text: str) -> str | None:
    """The message with the reason at its end in English, where only that is translated."""
    before, colon, reason = text[:MAX_TEXT].translate(_SPACES).rpartition(": ")
    said = _fragment(reason)
    return f"{before}: {said}" if colon and said != reason else None


@cache
def function_words() -> tuple[str, ...]:
    """What gold calls a function, as it stands before the name."""
    return tuple(said for _, english, said in _table() if english == "function")


def _fragment(text: str) -> str:
    """A part that is a message of its own, such as the reason at the end, or two words of it."""
    known, said = _fragments(), text.strip()
    if said in known:
        return text.replace(said, known[said])
    for first in _openings().get(said[:3], ()):
        rest = said[len(first) :].strip() if said.startswith(first) else ""
        if rest in known:
            return text.replace(said, f"{known[first]} {known[rest]}")
    return text


@cache
def _table() -> tuple[tuple[str, str, str], ...]:
    text = files("diag.read.linkers").joinpath("translations.tsv").read_text(encoding="utf-8")
    rows = (line.split("\t") for line in text.splitlines())
    return tuple((row[0], row[1], row[2].translate(_SPACES)) for row in rows)


@cache
def _templates(domain: str) -> tuple[_Template, ...]:
    """The messages of a program, those with the longest fixed piece first: the rest may fit too much."""
    made = [_template(english, said) for name, english, said in _table() if name == domain]
    made += [
        _template(_HEADER, _capital(said)) for _, english, said in _table() if english == _HEADER
    ]
    return tuple(sorted(made, key=lambda one: -sum(map(len, one.pieces))))


def _capital(said: str) -> str:
    """The header as ld before 2.31 begins it."""
    before, colon, words = said.partition(": ")
    return f"{before}{colon}{words[:1].upper()}{words[1:]}"


def _template(english: str, said: str) -> _Template:
    parts = _PLACE.split(said)
    pieces = tuple(parts[::2])
    return _Template(english, pieces, tuple(map(int, parts[1::2])), max(pieces, key=len))


@cache
def _fragments() -> dict[str, str]:
    return {said: english for _, english, said in _table() if "{" not in said}


@cache
def _openings() -> dict[str, tuple[str, ...]]:
    """The fragments by their first letters."""
    starts = {said[:3] for said in _fragments()}
    return {start: tuple(s for s in _fragments() if s.startswith(start)) for start in starts}


@cache
def _levels(domain: str) -> tuple[tuple[str, str], ...]:
    """(English, what stands between the name and the message), the longest first."""
    found = [
        (_level(english), _PLACE.sub("", said))
        for name, english, said in _table()
        if name == domain and english in _LEVELS
    ]
    return tuple(sorted(found, key=lambda pair: -len(pair[1])))


@cache
def _level_words() -> dict[str, str]:
    return {
        _PLACE.sub("", said).strip(" :："): _level(english)
        for _, english, said in _table()
        if english in _LEVELS
    }


def _level(english: str) -> str:
    return english.removeprefix("{0}").strip(" :")
