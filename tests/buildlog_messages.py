"""A build that a linker fails: as the plain printer shows it, and as messages of rawjson."""

from __future__ import annotations

import base64

from tests import buildlog_samples

LD = "\n".join(buildlog_samples.LD)

LOG = (
    "#1 [internal] load .dockerignore\n#1 transferring context: 2B done\n#1 DONE 0.0s\n\n"
    "#2 [linux/amd64->arm64 builder  9/10] RUN make\n#2 0.061 CC=gcc\n#2 0.1    Compiling x v1.0.0\n"
    "#2 0.2 warning: the kernel is skipped\n#2 0.3 warning: unused variable: `y`\n#2 0.3  --> src/m.rs:1:2\n"
    + "".join(f"#2 12.34 {line}\n" for line in LD.splitlines())
    + "#2 12.35 collect2: error: ld returned 1 exit status\n"
    "#2 12.40 [output clipped, log limit 2MiB reached]\n"
    '#2 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
    "------\n > [linux/amd64->arm64 builder  9/10] RUN make:\n"
    + "".join(f"12.34 {line}\n" for line in LD.splitlines())
    + "------\nDockerfile:3\n--------------------\n   2 |     \n   3 | >>> RUN make\n   4 |     \n"
    "--------------------\nERROR: failed to solve: process failed\n"
)


def vertex(name: str, **fields: object) -> dict:
    return {"vertexes": [{"digest": f"sha256:{name}", "name": name, **fields}]}


def time(second: float) -> str:
    return f"2024-01-01T00:00:{second:09.6f}789Z"


def output(name: str, second: float, text: str) -> dict:
    data = base64.b64encode(text.encode()).decode()
    entry = {"vertex": f"sha256:{name}", "stream": 1, "data": data, "timestamp": time(second)}
    return {"logs": [entry]}


RUN = "[linux/amd64->arm64 b 1/1] RUN make"
MESSAGES = [
    vertex("[b 9/9] RUN never"),
    vertex(RUN, started=time(1)),
    output(RUN, 1.5, "A=1\nhalf "),
    output(RUN, 2.5, "of a line\n" + LD + "\n"),
    vertex(RUN, started=time(1), completed=time(3)),
    vertex(RUN, started=time(2), completed=time(5), error="process: exit code: 137"),
    vertex("[c 1/1] COPY x", started=time(5), completed=time(5), cached=True),
]
