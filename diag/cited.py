"""Names of files as they are cited: text that every frame, stream and page can hold."""

from __future__ import annotations

STDIN, BYTES, PASTED = "-", "<bytes>", "<pasted>"
# What is cited in place of a path, where no file has the text: no command can name it.
NO_FILES = (STDIN, BYTES, PASTED)


def cited(path: object) -> str:
    """The path as text; bytes of it that are no UTF-8 as escapes: `b\\xff.log`."""
    text = str(path)
    if text.isascii():
        return text
    try:
        return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")
    except UnicodeEncodeError:  # half of a character that stands for no byte
        return text.encode("utf-8", "backslashreplace").decode("utf-8")
