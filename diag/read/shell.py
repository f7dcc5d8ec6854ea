"""A shell script as a tree: `parse_script`. Grammar: POSIX XCU 2.10, with bash's additions.

A shell reads a script line by line (a line with all that it opens) and runs each before it reads
the next. So does this reader: where a line does not parse, the lines before it stand, and the
fault says where the rest begins to be nobody's command.

The grammar is our own, because a structure read wrongly is a value told wrongly: tree-sitter-bash
(0.25) reads `"w"\\ e` as two words, gives the redirection of a pipeline's last command to the whole
pipeline, puts what follows `<<EOF` into the redirection and mends what does not parse without a
word. It serves the tests as a second opinion, beside `dash -n` and `bash -n`.
"""

from __future__ import annotations

from functools import lru_cache

from diag.read.shell_compound import CompoundReader
from diag.read.shell_lexemes import ShellSyntaxError
from diag.read.shell_tree import Fault, Item, Script

__all__ = ["MAX_LENGTH", "parse_script"]

MAX_LENGTH = 1_000_000  # characters; a longer script is not read


@lru_cache(maxsize=2048)
def parse_script(text: str) -> Script:
    """The tree of a script: spans are offsets into `text`. Never raises: `fault` tells."""
    if len(text) > MAX_LENGTH:
        return Script(text, (), Fault(0, f"longer than {MAX_LENGTH} characters"))
    reader = CompoundReader(text)
    items: list[Item] = []
    line_start = 0
    try:
        reader.skip_newlines()
        while reader.at < len(text):
            line_start = reader.at
            items += reader.read_line()
            reader.skip_newlines()
    except ShellSyntaxError as error:
        return Script(
            text, tuple(items), Fault(error.offset, error.message), _only(reader, line_start)
        )
    except RecursionError:
        fault = Fault(line_start, "nested too deeply to be read")
        return Script(text, tuple(items), fault, _only(reader, line_start))
    return Script(text, tuple(items), None, tuple(reader.bash_only))


def _only(reader: CompoundReader, end: int) -> tuple[tuple[int, str], ...]:
    """What the lines before the fault hold that only bash parses."""
    return tuple(found for found in reader.bash_only if found[0] < end)
