"""The engine's own reading of a word: quotes, escapes, `$name` and every `${name...}` form.

Behaviour: BuildKit's Dockerfile frontend as of docker 28 (its shell-word lexer), which is close to
a shell's and not equal to it: a pattern knows `*` and `?` only, `${x/a/b}` exists, a bad form is
an error. Used to find here-documents (nothing expands) and to expand instructions (flow/words.py).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from diag.errors import DiagError
from diag.read.dockerfile_globs import GlobError, replace_glob, trim_prefix, trim_suffix

# What Go's unicode.IsSpace holds; Python's str.isspace holds four control characters more.
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(
    map(chr, range(0x2000, 0x200B))
)
SPECIAL_NAMES = frozenset("@*#?-$!0")
MAX_TEXT = 1 << 20  # characters; a kernel refuses an environment string of more than 128 KiB
MAX_DEPTH = 100  # ${a:-${b:-...}}

Lookup = Callable[[str], str | None]
END = ""


class WordError(DiagError):
    """A word that the engine refuses."""


def is_space(character: str) -> bool:
    """Whether the engine takes this character for white space."""
    return character in SPACES and character != END


@dataclass
class _Words:
    """Collects the words that white space outside of quotes separates."""

    words: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)

    def add(self, text: str) -> None:
        for character in text:
            if is_space(character):
                self.close()
            else:
                self.parts.append(character)

    def close(self) -> None:
        word = "".join(self.parts)
        if word:
            self.words.append(word)
        self.parts = []


@dataclass
class _Lexer:
    text: str
    lookup: Lookup
    escape: str
    raw_quotes: bool
    raw_escapes: bool
    keeps_unset: bool
    reads_quotes: bool
    at: int = 0
    depth: int = 0
    budget: int = MAX_TEXT

    def peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def next(self) -> str:
        character = self.peek()
        self.at += 1
        return character

    def read_until(self, stop: str, raw_escapes: bool) -> tuple[str, list[str]]:
        """The expanded text up to `stop` (END: all), and its words."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise WordError(f"substitutions nested more than {MAX_DEPTH} deep")
        saved, self.raw_escapes = self.raw_escapes, raw_escapes
        try:
            return self._read_until(stop)
        finally:
            self.raw_escapes = saved
            self.depth -= 1

    def _read_until(self, stop: str) -> tuple[str, list[str]]:
        result: list[str] = []
        words = _Words()
        while (character := self.peek()) != END:
            if stop != END and character == stop:
                self.at += 1
                return self._done(result, words)
            if character == "$":
                piece = self.read_dollar()
                words.add(piece)
            elif character in "'\"" and self.reads_quotes:
                piece = self.read_single() if character == "'" else self.read_double()
                words.parts.append(piece)
            else:
                piece = self._read_plain(words)
            result.append(self._spend(piece))
        if stop != END:
            raise WordError(f"unexpected end of statement while looking for matching {stop}")
        return self._done(result, words)

    def _done(self, result: list[str], words: _Words) -> tuple[str, list[str]]:
        words.close()
        return "".join(result), words.words

    def _spend(self, piece: str) -> str:
        self.budget -= len(piece)
        if self.budget < 0:
            raise WordError(f"the value grows beyond {MAX_TEXT} characters")
        return piece

    def _read_plain(self, words: _Words) -> str:
        character = self.next()
        if character != self.escape:
            words.add(character)
            return character
        kept = character if self.raw_escapes else ""
        character = self.next()
        words.parts.append(kept + character)
        return kept + character

    def read_single(self) -> str:
        """A '...' part: nothing in it is special."""
        end = self.text.find("'", self.at + 1)
        if end < 0:
            self.at = len(self.text)
            raise WordError("unexpected end of statement while looking for matching single-quote")
        inner = self.text[self.at + 1 : end]
        self.at = end + 1
        return f"'{inner}'" if self.raw_quotes else inner

    def read_double(self) -> str:
        """A "..." part: `$` expands, the escape character keeps `"`, `$` and itself."""
        quote = self.next() if self.raw_quotes else self.next()[:0]
        result = [quote]
        while (character := self.peek()) != '"':
            if character == END:
                raise WordError(
                    "unexpected end of statement while looking for matching double-quote"
                )
            result.append(self.read_dollar() if character == "$" else self._read_in_double())
            self._spend(result[-1])
        self.at += 1
        return "".join([*result, quote])

    def _read_in_double(self) -> str:
        character = self.next()
        if character != self.escape:
            return character
        kept = character if self.raw_escapes else ""
        following = self.peek()
        if following == END:
            return kept
        if following in ('"', "$", self.escape):
            return kept + self.next()
        return kept + character

    def read_dollar(self) -> str:
        """`$name`, `${name}` or one of the `${name<modifier>...}` forms."""
        self.at += 1
        if self.peek() != "{":
            name = self._read_name()
            value = self.lookup(name) if name else None
            if value is None:
                return f"${name}" if self.keeps_unset or not name else ""
            return value
        self.at += 1
        if self.peek() == END:
            raise WordError("syntax error: missing '}'")
        if self.peek() in "{}:":
            raise WordError("syntax error: bad substitution")
        return self._read_form(self._read_name())

    def _read_form(self, name: str) -> str:
        modifier = self.next()
        if modifier == "}":
            value = self.lookup(name)
            if value is None:
                return f"${{{name}}}" if self.keeps_unset else ""
            return value
        if modifier == "/":
            return self._replace(name)
        shown = modifier
        if modifier == ":":
            modifier = self.next()
            shown += modifier
        elif modifier not in ("+", "-", "?", "#", "%"):
            raise WordError(f"unsupported modifier ({shown}) in substitution")
        word = self._read_part("}", modifier in ("#", "%"), "missing '}'")
        return self._modify(name, shown, modifier, word)

    def _read_part(self, stop: str, raw_escapes: bool, missing: str) -> str:
        try:
            return self.read_until(stop, raw_escapes)[0]
        except WordError:
            if self.peek() == END:
                raise WordError(f"syntax error: {missing}") from None
            raise

    def _modify(self, name: str, shown: str, modifier: str, word: str) -> str:
        value = self.lookup(name)
        if self.keeps_unset and value is None:
            return f"${{{name}{shown}{word}}}"
        lacks = value is None or (shown[0] == ":" and value == "")
        if modifier == "-":
            return word if lacks or value is None else value
        if modifier == "+":
            return "" if lacks else word
        if modifier == "?":
            return self._require(name, value, lacks, word)
        if modifier in ("#", "%") and shown == modifier:
            return _trim(modifier, word, value or "")
        raise WordError(f"unsupported modifier ({shown}) in substitution")

    def _require(self, name: str, value: str | None, lacks: bool, word: str) -> str:
        if value is None:
            raise WordError(f"{name}: {word or 'is not allowed to be unset'}")
        if lacks:
            raise WordError(f"{name}: {word or 'is not allowed to be empty'}")
        return value

    def _replace(self, name: str) -> str:
        replaces_all = self.peek() == "/"
        self.at += replaces_all
        pattern = self._read_part("/", True, "missing '/' in ${}")
        replacement = self._read_part("}", True, "missing '}'")
        value = self.lookup(name)
        if self.keeps_unset and value is None:
            return f"${{{name}/{pattern}/{replacement}}}"
        try:
            return replace_glob(value or "", pattern, replacement, replaces_all, MAX_TEXT)
        except GlobError as error:
            raise WordError(f"invalid pattern ({pattern}) in substitution: {error}") from None

    def _read_name(self) -> str:
        first = self.peek()
        if first in SPECIAL_NAMES and first != "0":
            self.at += 1
            return first
        is_number = first.isdecimal()
        start = self.at
        while (character := self.peek()) != END and _is_in_name(character, is_number):
            self.at += 1
        return self.text[start : self.at]


def _is_in_name(character: str, is_number: bool) -> bool:
    if is_number:
        return character.isdecimal()
    return character.isalpha() or character.isdecimal() or character == "_"


def _trim(modifier: str, word: str, value: str) -> str:
    is_longest = word.startswith(modifier)
    pattern = word[1:] if is_longest else word
    trim = trim_suffix if modifier == "%" else trim_prefix
    try:
        return trim(value, pattern, is_longest)
    except GlobError as error:
        raise WordError(f"invalid pattern ({pattern}) in substitution: {error}") from None


def read_word(
    text: str,
    lookup: Lookup,
    escape: str = "\\",
    *,
    raw_quotes: bool = False,
    raw_escapes: bool = False,
    keeps_unset: bool = False,
    reads_quotes: bool = True,
) -> tuple[str, list[str]]:
    """`text` expanded by `lookup` (name -> value, None where unset), and the words it falls into.

    `raw_quotes` and `raw_escapes` keep those characters, `keeps_unset` leaves references to unset
    names as written, `reads_quotes=False` takes quotes for plain text (here-document bodies).
    Raises WordError where the engine stops.
    """
    # The engine's scanner drops one byte-order mark at the start of a word.
    lexer = _Lexer(
        text.removeprefix("\ufeff"),
        lookup, escape, raw_quotes, raw_escapes, keeps_unset, reads_quotes,
    )  # fmt: skip
    return lexer.read_until(END, raw_escapes)
