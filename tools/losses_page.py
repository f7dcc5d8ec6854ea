"""docs/losses.md: each way in which a value is lost, on a Dockerfile, as `diag env` tells it.

The Dockerfiles and the words stand in tests/dockerfiles/losses; what `diag env` says is computed.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from diag.flow import env_at
from diag.schema_frames import LOST_BY

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "losses.md"
FOLDER = ROOT / "tests" / "dockerfiles" / "losses"
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")

_HEAD = """\
# How a value is lost on its way to a command

Each on a small Dockerfile: what `diag env` says of the command that does not get the value, and what shellcheck says of the same RUN. `lost_by` in the table of `diag env` is one of these words; the line is where the value ends, not where its lack is felt.

Platforms: {platforms}. shellcheck 0.9 was given the script of each RUN in the dialect of its shell, with its default checks: it is silent on {n_silent} of {n_all}. It reads one
script at a time and knows neither ARG nor ENV, stages, platforms or cargo, so this is no fault of it. With `-o all` it adds SC2249 (a case without a default) in two of them, and SC2154 wherever a variable
comes from outside of the script, lost or not.

<!-- Made by tools/docs_tables.py from tests/dockerfiles/losses: change it there. -->

| lost by | command | what it receives | lost at | on | shellcheck |
|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Loss:
    """One Dockerfile, what stands about it in losses.toml, and the rows of the flow."""

    lost_by: str
    stated: dict[str, Any]
    text: str
    rows: list[dict[str, Any]]

    def line(self) -> int:
        """The line that losses.toml names by its text."""
        lines = [line.strip() for line in self.text.splitlines()]
        return lines.index(self.stated["lost"]) + 1


def losses() -> list[Loss]:
    """All ways of losing a value, in the order of the closed list."""
    stated = tomllib.loads((FOLDER / "losses.toml").read_text(encoding="utf-8"))
    return [_loss(name, stated[name]) for name in LOST_BY]


def _loss(lost_by: str, stated: dict[str, Any]) -> Loss:
    text = (FOLDER / f"{lost_by}.Dockerfile").read_text(encoding="utf-8")
    call = stated.get("call", stated["command"])
    env = env_at(text.encode(), command=call, name=stated["name"], platforms=PLATFORMS)
    return Loss(lost_by, stated, text, env.to_dict("records"))


def page() -> str:
    """The whole page."""
    found = losses()
    n_silent = sum(not loss.stated["shellcheck"] for loss in found)
    head = _HEAD.format(platforms=", ".join(PLATFORMS), n_silent=n_silent, n_all=len(found))
    return head + "\n".join(map(_row, found)) + "\n" + "".join(map(_section, found))


def _row(loss: Loss) -> str:
    lost = _lost(loss)
    cells = [
        f"[{loss.lost_by}](#{loss.lost_by})", f"`{loss.stated['command']}`", _received(loss),
        ", ".join(dict.fromkeys(f"line {row['lost_at'].rpartition(':')[2]}" for row in lost)),
        _platforms(lost), ", ".join(f"SC{code}" for code in loss.stated["shellcheck"]) or "silent",
    ]  # fmt: skip
    return "| " + " | ".join(cells) + " |"


def _lost(loss: Loss) -> list[dict[str, Any]]:
    return [row for row in loss.rows if row["lost_by"] == loss.lost_by]


def _received(loss: Loss) -> str:
    told = dict.fromkeys(
        f"{row['name']} `{row['value']}`" if row["status"] == "set" else f"{row['name']} {row['status']}"
        for row in _lost(loss)
    )  # fmt: skip
    return "; ".join(told)


def _platforms(rows: list[dict[str, Any]]) -> str:
    names = [row["platform"].removeprefix("linux/") for row in rows]
    return "all" if len(names) == len(PLATFORMS) else ", ".join(names)


def _section(loss: Loss) -> str:
    return (
        f"\n## {loss.lost_by}\n\n```dockerfile\n{loss.text}```\n\n"
        f"Why: {loss.stated['why']}\n\nFix: {loss.stated['fix']}\n"
    )
