"""`trap`: what a shell runs as it ends.

Of the conditions, EXIT alone comes in a build by itself; signals do not, and `trap '' INT` and the
like are kept as they are and never run. POSIX: a subshell begins without the traps of its parent.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

Traps = Mapping[str, tuple[str, int]]  # condition -> action, and the offset of the `trap`

EXIT = "EXIT"
_NUMBER = re.compile(r"\d+")
_CONDITION = re.compile(r"\d+|(?:SIG)?[A-Z][A-Z0-9+-]*")


def trapped(traps: Traps, args: list[str], offset: int) -> Traps:
    """The traps after `trap ARGS`."""
    words = args[1:] if args[:1] == ["--"] else args
    if not words or words[0] in ("-p", "-l"):
        return traps
    # One word that is a condition, and a number before conditions, reset them.
    if _NUMBER.fullmatch(words[0]) or (len(words) == 1 and _CONDITION.fullmatch(words[0])):
        words = ["-", *words]
    action, *conditions = words
    found = dict(traps)
    for condition in map(_named, conditions):
        if action == "-":
            found.pop(condition, None)
        else:
            found[condition] = (action, offset)
    return found


def _named(condition: str) -> str:
    name = condition.upper().removeprefix("SIG")
    return EXIT if name == "0" else name
