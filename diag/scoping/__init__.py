"""Forms of a Dockerfile, the flow beside real shells: what reaches a command, and what is lost.

    forms = ["before/Dockerfile.multiarch", "after/Dockerfile.multiarch"]
    scoping(forms, command="cargo build", probe="probe/forms.json")     # form x TARGETARCH x shell
    losses("scoping/", probe="probe/losses.json")                       # one row a Dockerfile
    scoping(forms, probe=probe_scoping(forms, targetarch=VALUES))       # the shells asked afresh

An answer is the value that the command receives, or one of the words `empty`, `unset`, `unknown`,
`not called`, `not probed`. A probe takes ARG and ENV from the same rules as the flow
(diag/flow/scopes.py): it is a second witness of the shell alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from diag import schema
from diag.env_calls import calls_of
from diag.flow import env_at
from diag.probe import SHELLS, probe_env
from diag.read.probed import read_probe
from diag.scoping.answers import Answers, answers
from diag.scoping.variants import AS_BUILT, VALUES, Sources, Variant, form_of, variants_of

__all__ = ["VALUES", "losses", "probe_scoping", "scoping"]

Probe = pd.DataFrame | str | Path | Sequence[str | Path]


def scoping(
    dockerfiles: Sources,
    *,
    targetarch: Iterable[str] = VALUES,
    command: str = "cargo",
    name: str = "RUSTFLAGS",
    engine: str = "buildkit",
    probe: Probe,
) -> pd.DataFrame:
    """Frame `scoping`: form x TARGETARCH x call x shell, what the flow and each shell say.

    `dockerfiles` are paths; a form is called after its folder. `targetarch` are values of the
    build argument, or the words `empty` and `unset` (not declared). `command` may hold more words
    than the first, such as `cargo build`. `probe` is a frame of probe_scoping or its recordings.
    Raises InputError for what cannot be read.
    """
    rows = []
    for variant, found in _told(dockerfiles, targetarch, command, name, engine, probe):
        for shell, seen in found.shells.items():
            rows.append(
                {
                    "form": variant.form,
                    "targetarch": variant.targetarch,
                    **_call(found),
                    "shell": shell,
                    "flow": found.flow,
                    "probe": seen,
                    "agrees": shell not in found.differing,
                    "lost_by": found.first("lost_by"),
                    "condition": found.first("condition"),
                    "where": found.where,
                }
            )
    return schema.make("scoping", rows)


def losses(
    dockerfiles: Sources,
    probe: Probe,
    *,
    command: str = "cargo",
    name: str = "RUSTFLAGS",
    engine: str = "buildkit",
) -> pd.DataFrame:
    """Frame `losses`: one row a Dockerfile and call, the flow's answer beside those of the shells.

    `dockerfiles` is a folder of `*.Dockerfile` or paths; their first comment says what each shows,
    a comment `# Built for PLATFORM.` its platform (linux/amd64 without one). Other arguments and
    errors as for scoping.
    """
    rows = []
    for variant, found in _told(dockerfiles, (AS_BUILT,), command, name, engine, probe):
        heard = set(found.shells.values())
        rows.append(
            {
                "id": variant.form,
                "what": variant.what,
                "platform": variant.platform,
                "engine": engine,
                **_call(found),
                "flow": found.flow,
                "is_lost": any(w["status"] != "set" or w["lost_by"] for w in found.ways),
                "lost_by": found.first("lost_by"),
                "lost_at": found.first("lost_at"),
                **{shell.replace("-", "_"): seen for shell, seen in found.shells.items()},
                "shells_agree": len(heard) == 1,
                "agrees": not found.differing,
                "where": found.where,
            }
        )
    return schema.make("losses", rows)


def probe_scoping(
    dockerfiles: Sources,
    *,
    targetarch: Iterable[str] = (AS_BUILT,),
    command: str = "cargo",
    name: str = "RUSTFLAGS",
    engine: str = "buildkit",
    shells: Sequence[str] | None = SHELLS,
) -> pd.DataFrame:
    """Frame `env` with `shell` and `targetarch`: the same builds run in real shells, sandboxed.

    Arguments as for scoping; without `targetarch` it is what the platform makes it ("" in the
    column), as losses wants it. Raises SandboxError where no sandbox or one of the shells is to
    be had.
    """
    rows: list[dict[str, Any]] = []
    for variant in variants_of(dockerfiles, targetarch):
        asked = _question(variant, command, name, engine)
        frame = probe_env(variant.open(), **asked, shells=shells)
        kept = schema.plain(calls_of(frame, command)).assign(targetarch=variant.targetarch)
        rows += [{str(k): v for k, v in row.items()} for row in kept.to_dict("records")]
    return schema.make("env", rows, extra=["shell", "targetarch"])


def _told(
    dockerfiles: Sources,
    targetarch: Iterable[str],
    command: str,
    name: str,
    engine: str,
    probe: Probe,
) -> Iterator[tuple[Variant, Answers]]:
    """Each build and each call of it, with the flow's and the shells' answers."""
    probed = _frame(probe)
    heard = calls_of(probed[probed["name"] == name], command)
    asked = set(heard["shell"])
    groups = dict(list(heard.groupby([heard["file"].map(form_of), heard["targetarch"]])))
    for variant in variants_of(dockerfiles, targetarch):
        flow = env_at(variant.open(), **_question(variant, command, name, engine))
        own = groups.get((variant.form, variant.targetarch), heard.iloc[:0])
        shell_rows = calls_of(flow[flow["source"] == "shell"], command)
        for found in answers(shell_rows, own, SHELLS, asked if len(own) else ()):
            yield variant, found


def _question(variant: Variant, command: str, name: str, engine: str) -> dict[str, Any]:
    """What the flow and the shells are both asked of one build."""
    return {
        "command": command.split()[0],
        "name": name,
        "platforms": variant.platform,
        "build_args": variant.build_args,
        "engine": engine,
    }


def _frame(probe: Probe) -> pd.DataFrame:
    if not isinstance(probe, pd.DataFrame):
        probe = read_probe(*([probe] if isinstance(probe, str | Path) else probe))
    return probe if "targetarch" in probe else probe.assign(targetarch=AS_BUILT)


def _call(found: Answers) -> dict[str, Any]:
    run_no, command_no = found.call
    return {"run_no": run_no, "command_no": command_no, "call": found.seen["argv_text"]}
