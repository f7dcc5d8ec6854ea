"""docs/losses.md: each way of losing a value, found where it happens; what shellcheck says of it."""

from __future__ import annotations

import json
import subprocess
from functools import cache
from pathlib import Path

import pytest
from losses_page import FOLDER, PLATFORMS, Loss, losses, page

from diag.flow.scopes import run_contexts
from diag.read.dockerfile import load_dockerfile
from diag.schema_frames import LOST_BY
from tests.tools import need

ROOT = Path(__file__).resolve().parent.parent


@cache
def _all() -> dict[str, Loss]:
    return {loss.lost_by: loss for loss in losses()}


def test_each_way_has_its_dockerfile() -> None:
    """The closed list, the files of the folder and the table are in step."""
    assert {path.stem for path in FOLDER.glob("*.Dockerfile")} == set(LOST_BY) == set(_all())


@pytest.mark.parametrize("lost_by", LOST_BY)
def test_a_loss_is_found_at_its_line(lost_by: str) -> None:
    """On the platforms named, at the line named, and on no other platform of the four."""
    loss = _all()[lost_by]
    expected = loss.stated.get("platforms", list(PLATFORMS))
    lost = [row for row in loss.rows if row["lost_by"] == lost_by]
    assert [row["platform"] for row in lost] == expected
    assert {row["lost_at"] for row in lost} == {f"Dockerfile:{loss.line()}"}
    assert {row["status"] for row in lost} == {loss.stated["status"]}
    value = {row["value"] for row in lost if row["status"] in ("set", "empty")}
    assert value == ({loss.stated.get("value", "")} if loss.stated["status"] != "unset" else set())
    others = [row for row in loss.rows if row["platform"] not in expected]
    assert [row["lost_by"] for row in others if row["lost_by"] in LOST_BY] == []


def _codes(path: Path) -> list[int]:
    """What shellcheck says of each RUN of the file, as a person would give them to it."""
    found: set[int] = set()
    for run in run_contexts(load_dockerfile(path), platform="linux/amd64"):
        shell = Path(run.shell[0]).name
        command = ["shellcheck", "--norc", "-f", "json", "-s", shell, "-"]
        done = subprocess.run(
            command, input=run.script, capture_output=True, text=True, check=False
        )
        found |= {comment["code"] for comment in json.loads(done.stdout)}
    return sorted(found)


def test_shellcheck_says_what_the_table_says() -> None:
    """Its codes for each file; on most ways of losing a value it is silent."""
    need("shellcheck")
    said = {name: _codes(FOLDER / f"{name}.Dockerfile") for name in LOST_BY}
    assert said == {name: loss.stated["shellcheck"] for name, loss in _all().items()}


def test_the_page_is_made_of_it() -> None:
    """docs/losses.md is what tools/docs_tables.py writes."""
    assert (ROOT / "docs" / "losses.md").read_text(encoding="utf-8") == page()
