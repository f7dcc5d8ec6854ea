"""Raw lines as a terminal shows them: the signs of formats and of builders stand at a line's start,
and colour codes, control bytes or a progress bar that was written over may stand before them.
"""

from __future__ import annotations

import re

ANSI = re.compile(rb"\x1b(?:\[[0-?]*+[ -/]*+[@-~]?|\][^\x07\x1b\n]*+(?:\x07|\x1b\\)?|[@-Z\\^_])")
CONTROLS = bytes(code for code in (*range(32), 127) if code not in b"\t\r")
_BUT_LINE_FEEDS = CONTROLS.replace(b"\n", b"")
_TO_FIRST_COLUMN = re.compile(rb"\x1b\[[01]?G")
_NOTHING_MORE = rb"(?=(?:\r|\x1b\[[\d;?]*+[A-Za-z])*+(?:\n|\Z))"
_ERASED = re.compile(rb"(?<=[^\r\n])\r\x1b\[[02]?K" + _NOTHING_MORE)
# Each begins with the byte itself: a block is searched for that alone.
_AT_START = re.compile(rb"\r(?<![^\n]\r)\r*+")
_AT_END = re.compile(rb"\r(?<!\r\r)\r*+(?=\n|\Z)")


def shown(block: bytes) -> bytes:
    """The lines without escapes, control bytes, and carriage returns at either end of a line."""
    if b"\x1b" in block:
        block = _ERASED.sub(b"\r ", _TO_FIRST_COLUMN.sub(b"\r", block))
        block = ANSI.sub(b"", block)
    return uncovered(block.translate(None, _BUT_LINE_FEEDS).replace(b"\r\n", b"\n"))


def uncovered(block: bytes, late: re.Pattern[bytes] | None = None) -> bytes:
    """The lines without carriage returns at either end, and without what `late` matches."""
    if b"\r" not in block:
        return block
    block = _AT_END.sub(b"", _AT_START.sub(b"", block))
    return late.sub(b"", block) if late is not None else block


def late(mark: bytes) -> re.Pattern[bytes]:
    """A pattern of what stands at a line's start and is written over by a builder's line, of which
    `mark` is the beginning. In a line that begins with a mark, it is a command that returns."""
    return re.compile(rb"^(?!%b)(?:[^\r\n]*+\r)+?(?=%b)" % (mark, mark), re.MULTILINE)
