"""What stands around a linker's words: prefixes, rustc's notes, JSON, escaped bytes, hard wraps.

Sources: rustc compiler/rustc_codegen_ssa/src/back/link.rs (notes; output that is no UTF-8 is
escaped), cargo `--message-format=json`, bitbake (`| `), kbuild test robot (`>> `), Spack (numbered
excerpt, wrapped at the terminal's width), cargo -vv (`[package 1.2.3] `), nix and stack (`name> `),
docker compose and earthly (`name | `), npm (`npm ERR! `), Gradle (`C/C++: `), xcpretty (`❌  `), runners of CI that mark an
error (`##[error]`, shown as `Error: `), MSBuild's console of 80 columns.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from diag.read.textlines import clean

Numbered = tuple[int, str]

_NOTE = "  = note: "
_NOTE_REST = " " * len(_NOTE)
_PREFIX = re.compile(
    r"\| |>> (?=\S)|❌ +|C/C\+\+: |\(\d\d:\d\d:\d\d\) | {2,}> "
    r"|npm (?:ERR!|error) |\[[A-Za-z][\w+-]{0,80}+ \d{1,9}\.\d{1,9}\.\d{1,9}[^\]\s]{0,40}+(?: \([^)\]]{0,200}\))?\] "
    r"| {0,40}\+?[A-Za-z][\w.:/+@-]{0,80}+ {0,40}\| |[A-Za-z][\w.+-]{0,80}+ {0,40}> "
    r"|##\[error\]|Error: (?=\S{0,300}(?:ld|bfd|gold|collect2)(?:\.exe)?: )"
)
_FIRST = frozenset("|>❌C(n[#E")  # of prefixes that hold neither `| ` nor `> `
_MAX_PREFIXES = 3
# Spack: `  >> 98    text` where it sees an error, `     97    text` around it.
_SPACK = re.compile(
    r"(?P<mark>  >> |     )(?P<number>\d{1,9})(?P<gap> {4,12})(?P<text>.*)", re.DOTALL
)
_SPACK_MARKS = ("  >> ", "     ")
_NOT_UTF8 = "Non-UTF-8 output: "
_ESCAPES = re.compile(r"\\(?:x(?P<byte>[0-9a-fA-F]{2})|(?P<char>[nrt\\'\"]))")
_CHARACTERS = {"n": b"\n", "r": b"\r", "t": b"\t"}
# Code pages of Windows consoles, and words by which a link's message shows that one is right.
_ENCODINGS = ("utf-8", "gb18030", "cp932", "big5", "cp1251", "cp866", "cp1252", "latin-1")
_WORDS = re.compile("无法|無法|未解決|外部シンボル|внешний")
_TWO_HIGH = re.compile(rb"[\x80-\xff]{2}")
_MESSAGE = re.compile(r'"message":"(?P<text>(?:[^"\\]|\\.)*+)', re.DOTALL)
_CUT_ESCAPE = re.compile(r"\\(?:u[0-9a-fA-F]{0,3})?$")
_BREAKS = (",", "(", "<", " ")
_MSVC = re.compile(r" LNK\d{4} ?: ")
# Broken between words, as mail and commit messages are: the name stands on the next line.
_UNFINISHED = re.compile(
    r" LNK\d{4} ?: .{0,4000}(?:external symbol|referenced in|in function)\s*$", re.DOTALL
)
# GNU ld's quote that is still open where an argument list was broken.
_OPEN_NAME = re.compile(
    r"(?:undefined reference to|n function) [`‘][^'’]{0,4000}[,(<]\s*$", re.DOTALL
)
_NEW_LINE = re.compile(
    r"\d{1,4}>|\s*+(?:Build|Done|Project|LINK|NMAKE|ninja|make)\b|.{0,300}? : (?:fatal )?(?:error|warning) "
)
_CONSOLE = 80  # columns at which a Windows console breaks lines
MAX_JOINED = 1 << 16  # characters


class Unwrapper:
    """Takes off what wraps a linker's lines. A line that a wrap may have cut is held back until
    the next one shows where it ends: `goes_on` says that it is waited for."""

    def __init__(self) -> None:
        self._notes = _RustcNotes()
        self._held: _Held | None = None
        self._is_wide = False  # lines longer than a console's are not broken at its width

    @property
    def goes_on(self) -> bool:
        """Whether the next line is needed whatever it holds."""
        return self._held is not None

    def lines(self, line_no: int, text: str) -> list[Numbered]:
        """What the linker printed, as far as this line completes it."""
        held = self._held
        if held is not None and (rest := held.rest_of(text)) is not None:
            held.text, held.width = held.text + rest, len(text)
            return self.flush() if len(held.text) > MAX_JOINED or held.is_done else []
        done = self.flush()
        if '"compiler-message"' in text and (bare := _bare(text)).startswith("{"):
            notes = _RustcNotes()
            shown = (one for line in _rendered(bare) for one in notes.lines(line))
            return done + [(line_no, one) for one in shown]
        return done + self._take(line_no, text)

    def _take(self, line_no: int, text: str) -> list[Numbered]:
        spack = _SPACK.fullmatch(text) if text[:5] in _SPACK_MARKS else None
        if spack is not None:
            self._held = _Held(line_no, spack["text"], len(text), " " * spack.start("text"))
            return []
        if text[-1:] in _BREAKS and _OPEN_NAME.search(text):
            self._held = _Arguments(line_no, text.rstrip())
            return []
        if " LNK" in text and (held := self._broken(line_no, text)) is not None:
            self._held = held
            return []
        return [(line_no, bare) for bare in self._notes.lines(_bare(text))]

    def _broken(self, line_no: int, text: str) -> _Held | None:
        """A message of MSVC's link that the next line may go on with."""
        is_message = _MSVC.search(text) is not None
        self._is_wide |= is_message and len(text) > _CONSOLE
        if is_message and len(text) == _CONSOLE and not self._is_wide:
            return _Held(line_no, text, _CONSOLE, None)
        return _Prose(line_no, text.rstrip()) if _UNFINISHED.search(text) else None

    def flush(self) -> list[Numbered]:
        """The line that was held back, complete."""
        held, self._held = self._held, None
        if held is None:
            return []
        return [(held.line_no, bare) for bare in self._notes.lines(_bare(held.text))]


class _Held:
    """A line whose end may stand on the next one."""

    def __init__(self, line_no: int, text: str, width: int, indent: str | None) -> None:
        self.line_no, self.text, self.width = line_no, text, width
        self._indent = indent  # of the lines that go on; None: a console, which indents nothing
        self._first_width = width

    @property
    def is_done(self) -> bool:
        """Whether nothing more can follow; a width alone never tells."""
        return False

    def rest_of(self, text: str) -> str | None:
        """The part that belongs to the held line, None if this is a line of its own."""
        if self.width != self._first_width:
            return None  # the line before was short: it was the last
        if self._indent is None:
            return text if text and not (_is_whole(self.text) or _NEW_LINE.match(text)) else None
        rest = text.removeprefix(self._indent)
        return rest if rest and rest != text else None


class _Prose(_Held):
    """A message broken between words, until its names are told."""

    def __init__(self, line_no: int, text: str) -> None:
        super().__init__(line_no, text, len(text), None)

    @property
    def is_done(self) -> bool:
        """Whether the names have been told."""
        return _UNFINISHED.search(self.text) is None

    def rest_of(self, text: str) -> str | None:
        """The words that go on, a space before them."""
        return f" {text.strip()}" if text.strip() and not _NEW_LINE.match(text) else None


class _Arguments(_Held):
    """A demangled name broken between its arguments, as mail and commit messages are: what goes on
    is indented, and ends with the quote."""

    def __init__(self, line_no: int, text: str) -> None:
        super().__init__(line_no, text, len(text), None)

    @property
    def is_done(self) -> bool:
        """Whether the quote is closed."""
        return _OPEN_NAME.search(self.text) is None

    def rest_of(self, text: str) -> str | None:
        """The arguments that go on, spaced as the demangler spaces them."""
        if text[:1] not in (" ", "\t") or not text.strip():
            return None
        return f" {text.strip()}" if self.text.endswith(",") else text.strip()


def _is_whole(text: str) -> bool:
    """Whether the message ends with a name in brackets that all are closed."""
    return text.endswith((")", "]")) and text.count("(") == text.count(")")


class _RustcNotes:
    """rustc puts all that the linker printed into a note: the first line after `  = note: `, the
    rest indented by ten columns."""

    def __init__(self) -> None:
        self._is_in_note = False

    def lines(self, text: str) -> list[str]:
        """The line without the note's prefix, or the many lines that it holds escaped."""
        bare = self._unwrap(text)
        if bare.startswith(_NOT_UTF8):
            return [line.strip() for line in _unescape(bare[len(_NOT_UTF8) :]).splitlines()]
        return [bare]

    def _unwrap(self, text: str) -> str:
        if text.startswith(_NOTE):
            self._is_in_note = True
            return text[len(_NOTE) :].lstrip()
        if self._is_in_note and text.startswith(_NOTE_REST):
            return text[len(_NOTE_REST) :]
        # Newer rustc draws the box of an error without indentation in front.
        self._is_in_note = self._is_in_note and not text.strip()
        return text.strip() if text[:1] in (" ", "\t") else text


def _bare(text: str) -> str:
    """The text without the prefixes that tools put before every line."""
    for _ in range(_MAX_PREFIXES):
        if text[:1] not in _FIRST and "| " not in text and "> " not in text:
            break
        found = _PREFIX.match(text)
        if found is None:
            break
        text = text[found.end() :]
    return text


def _unescape(text: str) -> str:
    """Bytes that Rust's escape_ascii wrote as `\\xNN`, in the encoding that they fit first."""
    raw = b"".join(_pieces(text))
    # In a Western text no two letters beyond ASCII stand together; elsewhere they come in rows.
    encodings = _ENCODINGS if _TWO_HIGH.search(raw) else ("cp1252", "latin-1")
    read = [told for encoding in encodings if (told := _decoded(raw, encoding)) is not None]
    return next((told for told in read if _WORDS.search(told)), read[0])


def _decoded(raw: bytes, encoding: str) -> str | None:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError:
        return None


def _pieces(text: str) -> Iterator[bytes]:
    start = 0
    for found in _ESCAPES.finditer(text):
        yield text[start : found.start()].encode("utf-8", "replace")
        start = found.end()
        if found["byte"]:
            yield bytes.fromhex(found["byte"])
        else:
            yield _CHARACTERS.get(found["char"], found["char"].encode())
    yield text[start:].encode("utf-8", "replace")


def _rendered(text: str) -> list[str]:
    """The lines of the message that a line of cargo's JSON holds, as rustc prints it; of a line
    that was cut, the messages inside it, in order."""
    try:
        message = json.loads(text)["message"]
        shown = message["rendered"] or "\n".join(_told(message))
    except (ValueError, TypeError, KeyError, RecursionError):
        shown = "\n".join(_as_notes([_string(one["text"]) for one in _MESSAGE.finditer(text)]))
    return [clean(line.encode("utf-8", "replace")) for line in str(shown).split("\n")]


def _told(message: dict[str, object]) -> list[str]:
    children = message.get("children")
    kept = [one for one in children if isinstance(one, dict)] if isinstance(children, list) else []
    return _as_notes([str(one.get("message", "")) for one in (message, *kept)])


def _as_notes(messages: list[str]) -> list[str]:
    """The first message as an error, those inside it as its notes."""
    notes = [_NOTE + text.replace("\n", "\n" + _NOTE_REST) for text in messages[1:]]
    return [f"error: {text}" for text in messages[:1]] + notes


def _string(escaped: str) -> str:
    """The text of a JSON string whose end may be missing."""
    try:
        return str(json.loads(f'"{_CUT_ESCAPE.sub("", escaped)}"', strict=False))
    except ValueError:
        return escaped
