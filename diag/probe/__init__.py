"""What each command of a Dockerfile really receives: its RUN scripts run in real shells.

    probe_env("Dockerfile", command="cargo", name="RUSTFLAGS")        # frame env, and its `shell`
    compare_flow_and_probe(env_at("Dockerfile"), probe_env("Dockerfile"))

Each RUN runs under bubblewrap (sandbox.py: no network, a throwaway root, limits), with stubs for
outside commands that record and succeed. So what hangs on the output or the exit status of an
outside command, on files of the build context or on the base image's files is not decided by a
probe (unless `world` says how they answer): it shows the way on which all of them succeed, and a value that holds their output or such
a file's text is unknown. A command that is named anywhere in the Dockerfile is taken to be
installed, a file or folder that is missed to be there (attrs["notes"] tells). sleep really
sleeps, every RUN is user 0, and what a text tool makes of an unknown text is not traced.
Nothing is run where no sandbox is to be had.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import IO, Any

import pandas as pd

from diag import schema
from diag.flow.names_of_interest import names_of_interest
from diag.flow.scopes import run_contexts
from diag.platforms import DEFAULT_PLATFORMS, display_order, find_platform
from diag.probe.compare import compare_flow_and_probe
from diag.probe.limits import DEFAULT_LIMITS, Limits
from diag.probe.rows import rows_of
from diag.probe.sandbox import check_sandbox
from diag.probe.session import Probed, Session
from diag.probe.shells import SHELLS, find_shells, shell_versions
from diag.probe.stub_names import Needs, needs_of_words
from diag.probe.worlds import DEFAULT_WORLD, World
from diag.read.dockerfile import Instruction, load_dockerfile

__all__ = ["SHELLS", "Limits", "World", "compare_flow_and_probe", "probe_env", "shell_versions"]

Source = str | os.PathLike[str] | bytes | IO[Any]

_MAX_WORKERS = 4


def probe_env(
    dockerfile: Source,
    *,
    command: str | None = None,
    name: str | None = None,
    platforms: str | Iterable[str] = DEFAULT_PLATFORMS,
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "buildkit",
    shells: Sequence[str] | None = None,
    limits: Limits = DEFAULT_LIMITS,
    world: World = DEFAULT_WORLD,
) -> pd.DataFrame:
    """Frame `env` with the key `shell`, by execution; arguments as for `diag.flow.env_at`.

    `shells` are of dash, bash, bash-posix, busybox-ash; left out, those that are here. Each is
    what `sh` is in the image; a SHELL instruction that names bash, dash or ash is obeyed.
    `world` is how outside commands, unknown files and the base image answer.
    `attrs` of the frame: `notes` (mappings platform, shell, line_no, text: what was cut, skipped
    or supplied), `absent_shells`, `shell_versions`.
    Raises SandboxError where no sandbox is to be had or a shell that was asked for is absent,
    InputError for a Dockerfile or platform that cannot be used.
    """
    found, absent = find_shells(shells)
    instructions = load_dockerfile(dockerfile)
    names = [name] if name is not None else list(names_of_interest(instructions))
    told: dict[str, Any] = {
        "build_args": build_args or {},
        "base_env": base_env or {},
        "engine": engine,
    }
    contexts = {p: run_contexts(instructions, platform=p, **told) for p in _ordered(platforms)}
    check_sandbox(limits)
    words = _stub_words(instructions)
    sessions = [
        (Session(shell, words, limits, world), runs)
        for runs in contexts.values()
        for shell in found
    ]
    probed = _probe_all(sessions)
    frame = schema.make(
        "env", [r for p in probed for r in rows_of(p, names, command)], extra=["shell"]
    )
    frame.attrs = {
        "notes": [note for p in probed for note in _notes(p)],
        "absent_shells": absent,
        "shell_versions": {shell.name: shell_versions()[shell.name] for shell in found},
    }
    return frame


def _ordered(platforms: str | Iterable[str]) -> list[str]:
    given = [platforms] if isinstance(platforms, str) else platforms
    return display_order(find_platform(platform).name for platform in given)


def _stub_words(instructions: Sequence[Instruction]) -> Needs:
    runs = [i for i in instructions if i.instruction in ("RUN", "ONBUILD")]
    return needs_of_words(
        [text for instruction in instructions for text in _texts(instruction)],
        [text for instruction in runs for text in _texts(instruction)],
    )


def _texts(instruction: Instruction) -> list[str]:
    return [instruction.value_text, *(heredoc.body for heredoc in instruction.heredocs)]


def _probe_all(sessions: Sequence[tuple[Session, Sequence[Any]]]) -> list[Probed]:
    """Platforms and shells do not hang on each other: side by side, as many as there are cores."""
    workers = min(_MAX_WORKERS, os.cpu_count() or 1, max(1, len(sessions)))
    with ThreadPoolExecutor(workers) as pool:
        results = pool.map(lambda pair: pair[0].probe(pair[1]), sessions)
        return [probed for result in results for probed in result]


def _notes(probed: Probed) -> list[dict[str, Any]]:
    context = probed.context
    return [
        {
            "platform": context.platform,
            "shell": probed.shell.name,
            "line_no": context.line_no,
            "text": text,
        }
        for text in probed.notes
    ]
