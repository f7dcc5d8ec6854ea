"""Links that a configure step tries out and that may fail: they are no errors of the build.

They are told by the names that autoconf (conftest), CMake (cmTC_, CMakeTmp, CMakeScratch), meson
(meson-private) and distutils (_configtest) give to what they compile.
"""

from __future__ import annotations

import re

from diag.read.linkers.ledger import LinkError

PROBES = ("conftest", "cmTC_", "meson-private", "_configtest", "CMakeTmp", "CMakeScratch")
_TEMPORARY = re.compile(r"(?:.*[/\\])?cc\w{6,8}\.o")  # gcc's object of a source linked at once
NEAR = 4  # lines between the command of a probe and what its linker says


def names_probe(text: str) -> bool:
    """Whether one of those names occurs in the text."""
    return any(word in text for word in PROBES)


def is_of_probe(error: LinkError, command_line: int) -> bool:
    """Whether an error is a probe's: it names one, or names nothing of the build and stands right
    below the command of one, which was printed on line `command_line`."""
    place = error.place
    if any(name and names_probe(name) for name in (place.object, place.source_file)):
        return True
    is_nameless = (
        place.object is None or place.object.startswith("-l") or _TEMPORARY.fullmatch(place.object)
    )
    is_near = 0 < error.line_no - command_line <= NEAR
    return bool(is_nameless) and is_near and command_line > 0
