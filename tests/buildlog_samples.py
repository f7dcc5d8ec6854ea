"""A link error as GNU ld prints it, a step that it fails, and the errors of a log in short."""

from __future__ import annotations

from diag.errors import InputError
from diag.read.linkers import LogFrames, read_log

LD = ["/usr/bin/ld: a.o: in function `main':", "a.c:(.text+0x5): undefined reference to `foo'"]
END = "collect2: error: ld returned 1 exit status"
PLAIN = "\n".join(
    ["#7 [builder 2/3] RUN make", *(f"#7 0.5 {line}" for line in [*LD, END]), '#7 ERROR: process "x" did not complete successfully: exit code: 2']
)  # fmt: skip


def errors(log: str) -> list[tuple[str, str, str | None]]:
    rows = read_log(log.encode()).link_errors
    steps = rows["step_id"].astype(object).where(rows["step_id"].notna(), None)
    return list(zip(rows["symbol"], rows["function"], steps, strict=True))


def check_piece(piece: bytes) -> LogFrames | None:
    """What was read of a piece of a log, with each of its lines in a row; None where nothing but
    white space was in it."""
    try:
        frames = read_log(piece)
    except InputError:
        assert not piece.strip()
        return None
    n_lines = piece.count(b"\n") + (not piece.endswith(b"\n"))
    assert set(frames.log_lines["line_no"]) == set(range(1, n_lines + 1))
    return frames
