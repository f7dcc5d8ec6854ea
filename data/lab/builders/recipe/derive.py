"""Wraps recorded logs as collectors of logs would: derive.py FOLDER (data/lab/builders).

These are no recordings: the services that write these forms are closed. The prefixes follow
actions/runner (src/Runner.Common/Logging.cs: UTC, seven digits, a BOM before the first line),
`gh run view --log` (job, step, then the same), and gitlab-runner (helpers/timestamps, sections).
The text of the build is that of the recorded log, byte for byte.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

START = datetime(2026, 1, 2, 3, 4, 5, 678901, tzinfo=UTC)
COMMAND = "docker buildx build --progress=plain ."
BOM = "\ufeff"
ERROR = "Process completed with exit code 1."


def stamps(digits: int):
    """Times 37 ms apart."""
    now = START
    while True:
        now += timedelta(milliseconds=37, microseconds=1)
        yield now.strftime("%Y-%m-%dT%H:%M:%S.%f") + "0" * (digits - 6) + "Z "


def github_lines(build: list[str], *, has_failed: bool) -> list[str]:
    """A step of a job, as the runner prints it."""
    group = [
        f"##[group]Run {COMMAND}",
        f"\x1b[36;1m{COMMAND}\x1b[0m",
        "shell: /usr/bin/bash -e {0}",
        "##[endgroup]",
    ]
    return group + build + ([f"##[error]{ERROR}"] if has_failed else [])


def github(build: list[str], has_failed: bool) -> str:
    lines = github_lines(build, has_failed=has_failed)
    return BOM + "".join(f"{at}{line}\n" for at, line in zip(stamps(7), lines, strict=False))


def gh(build: list[str], has_failed: bool) -> str:
    lines = github_lines(build, has_failed=has_failed)
    rows = enumerate(zip(stamps(7), lines, strict=False))
    return "".join(f"build\tBuild\t{'' if n else BOM}{at}{line}\n" for n, (at, line) in rows)


def github_web(build: list[str], has_failed: bool) -> str:
    """Copied from the page: no times, groups and errors in words."""
    end = [f"Error: {ERROR}"] if has_failed else []
    return "\n".join([f"Run {COMMAND}", *build, *end]) + "\n"


def gitlab_lines(build: list[str], has_failed: bool) -> list[str]:
    end = (
        "\x1b[31;1mERROR: Job failed: exit code 1\x1b[0;m"
        if has_failed
        else "\x1b[32;1mJob succeeded\x1b[0;m"
    )
    return [
        "\x1b[0KRunning with gitlab-runner 17.5.3 (12030cf4)\x1b[0;m",
        'section_start:1767323045:step_script\r\x1b[0K\x1b[0K\x1b[36;1mExecuting "step_script" stage of the job script\x1b[0;m\x1b[0;m',
        f"\x1b[32;1m$ {COMMAND}\x1b[0;m",
        *build,
        "section_end:1767323055:step_script\r\x1b[0K" + end,
    ]


def gitlab(build: list[str], has_failed: bool) -> str:
    return "\n".join(gitlab_lines(build, has_failed)) + "\n"


def gitlab_timestamps(build: list[str], has_failed: bool) -> str:
    lines = gitlab_lines(build, has_failed)
    marks = ["00O ", "00O ", "01O ", *["01E "] * len(build), "00O "]
    return "".join(
        f"{at}{mark}{line}\n" for at, mark, line in zip(stamps(6), marks, lines, strict=False)
    )


FORMS = {
    "github": github, "gh": gh, "github-web": github_web, "gitlab": gitlab, "gitlab-timestamps": gitlab_timestamps,
}  # fmt: skip


def main(folder: Path) -> None:
    for case, has_failed in (("multi", True), ("ok", False)):
        build = (folder / f"{case}.plain.log").read_bytes().decode().removesuffix("\n").split("\n")
        for name, wrap in FORMS.items():
            (folder / "derived" / f"{case}.{name}.log").write_bytes(
                wrap(build, has_failed).encode()
            )


main(Path(sys.argv[1]))
