"""A link error as GNU ld prints it, a step that it fails, and the errors of a log in short."""

from __future__ import annotations

from diag.read.linkers import read_log

LD = ["/usr/bin/ld: a.o: in function `main':", "a.c:(.text+0x5): undefined reference to `foo'"]
END = "collect2: error: ld returned 1 exit status"
PLAIN = "\n".join(
    ["#7 [builder 2/3] RUN make", *(f"#7 0.5 {line}" for line in [*LD, END]), '#7 ERROR: process "x" did not complete successfully: exit code: 2']
)  # fmt: skip


def errors(log: str) -> list[tuple[str, str, str | None]]:
    rows = read_log(log.encode()).link_errors
    steps = rows["step_id"].astype(object).where(rows["step_id"].notna(), None)
    return list(zip(rows["symbol"], rows["function"], steps, strict=True))
