"""Large logs for `make bench`, put together from the real ones of data/.

A large BuildKit log is long steps of several platforms that print in turns. The headers and the
output are those of real builds; what linkers said is left out of the stretches and put back, as
it was printed, in a few places.
"""

from __future__ import annotations

import re
from pathlib import Path

_OUTPUT = re.compile(rb"#\d+ (\d+\.\d+ .*)")
_HEADER = re.compile(rb"#\d+ (\[linux/.*\] RUN .*)")
_FAILURE = re.compile(rb"error: linking with ")
_END = re.compile(rb"error: could not compile ")
_STRETCH = 400  # lines that one step prints before another's turn
_STEPS = 240
_FAILURES = 3


def _printed(folder: Path) -> tuple[list[bytes], list[bytes], list[bytes]]:
    """(headers, lines of output, lines of one failed link) of the BuildKit logs of a folder."""
    headers: list[bytes] = []
    output: list[bytes] = []
    failure: list[bytes] = []
    for path in sorted(folder.rglob("build.log")):
        is_in_failure = False
        for line in path.read_bytes().split(b"\n"):
            if header := _HEADER.fullmatch(line):
                headers.append(header[1])
            elif printed := _OUTPUT.fullmatch(line):
                text = printed[1]
                is_in_failure = is_in_failure or _FAILURE.search(text) is not None
                (failure if is_in_failure else output).append(text)
                is_in_failure = is_in_failure and _END.search(text) is None
    last = max(n for n, text in enumerate(failure) if _FAILURE.search(text))
    return list(dict.fromkeys(headers)), output, failure[last:]


def write_plain_log(path: Path, size: int, folder: Path) -> int:
    """Writes a BuildKit plain log of about `size` bytes; the number of failed links in it."""
    headers, output, failure = _printed(folder)
    around = output * (1 + _STRETCH // len(output)) + output
    written, turn, failures = 0, 0, 0
    with path.open("wb") as log:
        while written < size:
            number = 10 + (written * _STEPS) // size // 3 * 3 + turn % 3
            start = turn * 97 % len(output)
            lines = [headers[number % len(headers)], *around[start : start + _STRETCH]]
            if written > size * (failures + 1) // (_FAILURES + 1):
                lines += failure
                failures += 1
            mark = b"#%d " % number
            written += log.write(b"\n" + b"".join(mark + line + b"\n" for line in (*lines, b"...")))
            turn += 1
        for number in range(10, 10 + _STEPS):
            log.write(b"\n#%d DONE 99.9s\n" % number)
    return failures


def write_error_log(path: Path, size: int, folder: Path, *, is_one_symbol: bool) -> int:
    """Writes a plain log of about `size` bytes in which the linker's words of a real failure are
    said of one function after another; of one symbol, or each of its own. The number of them."""
    failure = _printed(folder)[2]
    place = next(text for text in failure if b"/ld: " in text and b"in function `" in text)
    said = next(text for text in failure if b"undefined reference to `" in text)
    written, number = 0, 0
    with path.open("wb") as log:
        written += log.write(b"#9 [linux/amd64 build 4/4] RUN cargo build\n")
        while written < size:
            number += 1
            own = b"_%d':" % number
            reference = said if is_one_symbol else said.removesuffix(b"'") + b"_%d'" % number
            lines = (place.removesuffix(b"':") + own, reference)
            written += log.write(b"".join(b"#9 %s\n" % line for line in lines))
        log.write(b"#9 99.9 collect2: error: ld returned 1 exit status\n")
    return number
