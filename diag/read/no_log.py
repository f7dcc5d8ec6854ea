"""Texts that are no log: a page of documentation, a letter, a licence, a Dockerfile.

A log is refused wrongly at a price: a real failure goes unread. So only the clear case is. A text
is refused where no grammar knows a line of it and it either reads like a document, as most of its
lines are sentences or marks of Markdown, or has no sign at all of a tool.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from diag.read.textlines import LogText, clean, iter_blocks, split_lines

MAX_SIZE = 1 << 20  # bytes; no page is as long, and a log of that size is not read twice for this
_SHARE = 0.6  # of the lines of a document; logs that no grammar knows have less than a quarter
# A document has so many sentences and marks; a paragraph so many sentences, or no word of failure.
_LINES, _SENTENCES, _WORDS = 5, 3, 40
_WORDY = 0.2  # function words among the words of a sentence; messages of tools are telegrams

_FUNCTION_WORD = re.compile(
    "a|an|and|are|as|at|be|been|but|by|can|does|for|from|has|have|how|if|in|into|is|it|its|no|not|of|on|one|only"
    "|or|so|than|that|the|their|them|then|there|these|they|this|to|was|were|what|when|where|which|who|why|will"
    "|with|without|you|your"
)
_MARK = re.compile(
    r"#{1,6} \S|\|.*\|\s*$|<(?:!--|/?(?:p|a|img|h\d|div|br|details|summary|picture|table)\b)"
    r"|\[[^\]]+\]: \S|.*\]\([^)\s]+\)"
)
_FENCE = re.compile(r"\s*(?:```|~~~)")
_BULLET = re.compile(r"^\s*(?:[-*•]|\d+[.)])\s+")
_TOOL_HEAD = re.compile(r"\s*(?:[^\s:]+:(?:\d+:)*|\[[^\]]*\]|[$+>])\s")
_WORD = re.compile(r"[\"'(`*_“]*(?P<word>[A-Za-z][A-Za-z'’-]*)[\"')`*_”.,;:!?]*")
# A failure as builds say it in a line of its own; and every word that may be part of one.
_MESSAGE = re.compile(
    r"(?i)error(?:\[\w+\])?: |\berror \d|\berr!|^E: |\bfatal\b|undefined|unresolved|cannot|could not|unable to"
    r"|not found|no such|denied|refused|\bkilled\b|terminated|abort|panicked|exception\b|traceback|segmentation"
    r"|\bfailed(?:$|[:.!]| with\b| to\b)|exit(?:ed)?(?: with)?(?: code| status)?:? \d"
)
_FAILURE = re.compile(r"(?i)\berr|fail|fault|exit|kill|panic|" + _MESSAGE.pattern[4:])
# What tools print when all goes well, by word or by shape: a path, a flag, a size, a colour.
_SIGN = re.compile(
    r"(?i)[\x1b\r\\$%={}\[\]<>@|~`]|\S/\S|(?:^|\s)/\w|\w\.\w|\.\.\.|…|(?:^|\s)--?\w|^\s*\S+:|:\d|::"
    r"|\b0x|\b\d+ ?(?:m?s|min|[kmg]i?b|bytes?)\b|\b[0-9a-f]*\d[0-9a-f]{6,}\b"
    r"|\b(?:warn|succe|complet|finish|done\b|ok\b|pass|buil[dt]|compil|link|install|download|fetch|cach|load"
    r"|generat|running|updat|test|packag|missing|unknown|invalid|creat|remov|copy|writ|read|check|step\b|found"
    r"|nothing|up[- ]to[- ]date|requir|already|start|stop|skip|clean|resolv|configur|prepar|process|deploy|push"
    r"|pull|extract|sav|using|wait|connect|deprecat|usage|version|depend|modul|target)"
)
_DOCKERFILE = re.compile(
    r"(?i)(?:FROM|ARG|RUN|COPY|ADD|ENV|WORKDIR|USER|LABEL|EXPOSE|CMD|ENTRYPOINT|VOLUME|SHELL|STOPSIGNAL"
    r"|HEALTHCHECK|ONBUILD|MAINTAINER)\s+\S"
)


_HELP = (
    "a log is what the build printed: `docker buildx build --progress=plain . 2>&1 | tee build.log`"
)
_NO_LOG = "does not look like a build log"
_LOOKED_FOR = "no line of it is a builder's step, a message of a linker, compiler or loader, or a failure as builds say it"


def is_unmarked(format: str, text: LogText) -> bool:
    """Whether no builder, collector or tool marks the log as its own, and it is no longer than a
    page. Bitbake's mark, a bar, is that of tables too."""
    return set(format.split("+")) <= {"text", "bitbake"} and len(text.data) <= MAX_SIZE


def why_no_log(text: LogText, known: Collection[int]) -> tuple[str, str] | None:
    """The reason why a text without a step, link error or link command is no log, and what would
    help; None where it may be one. `known` are the lines (from 1) that some grammar knows.
    """
    lines = [clean(raw) for block in iter_blocks(text.data) for raw in split_lines(block)]
    if _is_dockerfile(lines):
        return (
            f"{_NO_LOG} but like a Dockerfile",
            f"`diag investigate` takes it with --dockerfile; {_HELP}",
        )
    told = _Told.of(lines, known)
    return (f"{_NO_LOG}: {_LOOKED_FOR}", _HELP) if told.is_document or told.is_silent else None


def _is_dockerfile(lines: Sequence[str]) -> bool:
    """Whether it begins with FROM or ARG, has a FROM, and no line stands at the margin but
    instructions, comments and what a backslash carries on."""
    kept = [line for line in lines if line.strip() and not line.startswith("#")]
    if not kept or not re.match(r"(?i)(?:FROM|ARG)\s+\S", kept[0]):
        return False
    has_from = any(re.match(r"(?i)FROM\s+\S", line) for line in kept)
    starts = [one for before, one in zip(["", *kept], kept, strict=False) if not _goes_on(before)]
    n_known = sum(_DOCKERFILE.match(line) is not None or line[0] in " \t" for line in starts)
    return has_from and len(kept) > 1 and n_known == len(starts)


def _goes_on(line: str) -> bool:
    return line.rstrip().endswith("\\")


@dataclass
class _Told:
    """What the lines of a text are."""

    n_lines: int = 0  # outside of fences, those that are not blank
    n_prose: int = 0  # sentences and marks of Markdown
    n_words: int = 0  # of the sentences
    has_message: bool = False  # no sentence, but what a grammar knows, or a failure
    has_failure: bool = False  # anywhere
    has_sign: bool = False  # of a tool, anywhere
    is_wordy: bool = False  # a line of several words: lists of single ones are printed by tools

    @classmethod
    def of(cls, lines: Sequence[str], known: Collection[int]) -> _Told:
        """Each line looked at once."""
        told, is_fenced = cls(), False
        for number, line in enumerate(lines, 1):
            if _FENCE.match(line):
                is_fenced = not is_fenced
                told.n_prose, told.n_lines = told.n_prose + 1, told.n_lines + 1
            elif line.strip():
                told._look(line, is_fenced, number in known)
        return told

    def _look(self, line: str, is_fenced: bool, is_known: bool) -> None:
        n_words = 0 if is_fenced else words_of_sentence(line)
        is_prose = not is_fenced and (n_words > 0 or _MARK.match(line) is not None)
        self.n_lines += not is_fenced
        self.n_prose += is_prose
        self.n_words += n_words
        self.has_message |= not is_prose and (is_known or _MESSAGE.search(line) is not None)
        self.has_failure |= is_known or _FAILURE.search(line) is not None
        self.has_sign |= _SIGN.search(line) is not None or _is_foreign(line)
        self.is_wordy |= len(line.split()) > 1

    @property
    def is_document(self) -> bool:
        """Whether it reads like a page, and what it may say of failures stands in its sentences."""
        if self.has_message or self.n_prose < _SHARE * self.n_lines:
            return False
        is_paragraph = self.n_prose >= _SENTENCES or not self.has_failure
        return self.n_prose >= _LINES or (self.n_words >= _WORDS and is_paragraph)

    @property
    def is_silent(self) -> bool:
        """Whether nothing in it could have been printed by a tool."""
        return self.is_wordy and not (self.has_sign or self.has_failure)


def words_of_sentence(line: str) -> int:
    """The number of words, where the line reads like running English; else 0."""
    if _TOOL_HEAD.match(line):
        return 0
    parts = _BULLET.sub("", line).split()
    words = [found["word"].lower() for part in parts if (found := _WORD.fullmatch(part))]
    n_function = sum(_FUNCTION_WORD.fullmatch(word) is not None for word in words)
    is_running = len(words) >= max(5, _SHARE * len(parts))
    is_sentence = is_running and n_function >= max(2, _WORDY * len(words))
    return len(words) if is_sentence else 0


def _is_foreign(line: str) -> bool:
    """Letters of other alphabets: no word of them is known here, so nothing is held against them."""
    return not line.isascii() and any(char.isalpha() and not char.isascii() for char in line)
