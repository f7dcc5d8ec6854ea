"""rawjson: messages put together to lines and steps, as the plain printer would show them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from diag import schema
from diag.read.linkers import read_log
from tests.buildlog_messages import LD, MESSAGES

DATA = Path(__file__).parent.parent / "data" / "avx512-link"


@pytest.mark.parametrize("indent", [None, 2])
def test_rawjson(indent):
    """Lines are put together from pieces, times merged, what never starts is no step; the form
    that is spread over many lines says the same."""
    text = "\n".join(json.dumps(message, indent=indent) for message in MESSAGES)
    text += '\nDockerfile:3\n--------------------\n   3 | >>> RUN make\n--------------------\nERROR: x\n{"logs": [{'
    frames = read_log(text.encode())
    assert frames.format == "buildkit-rawjson"
    steps = schema.check(frames.steps, "steps")
    assert list(steps["status"]) == ["error", "cached"]
    assert list(steps["target_platform"].fillna("")) == ["linux/arm64", ""]
    assert steps["seconds"][0] == pytest.approx(4.0)
    assert steps["exit_code"][0] == 137
    lines = frames.log_lines
    assert set(lines["line_no"]) == set(range(1, text.count("\n") + 2))
    printed = lines[lines["seconds"].notna()]
    assert list(printed["text"]) == ["A=1", "half of a line", *LD.splitlines()]
    assert list(printed["seconds"]) == pytest.approx([0.5, 0.5, 1.5, 1.5])
    assert list(printed["kind"]) == ["echo", "output", "linker", "linker"]
    assert "killed" in set(lines["kind"])
    assert list(frames.link_errors["function"]) == ["main"]
    assert list(lines["kind"])[-2:] == ["progress", "other"]


def committed(*names: str) -> list[Path]:
    found = [path for name in names for path in sorted(DATA.glob(f"*/{name}"))]
    assert found, "data/avx512-link is part of the repository"
    return found


@pytest.mark.parametrize("path", committed("*.rawjson"), ids=lambda path: path.parent.name)
def test_rawjson_and_plain_agree(path):
    """Two real builds of one Dockerfile, one in each form: same steps, ends, platforms, errors."""
    raw, plain = read_log(path), read_log(path.with_name("build.log"))
    assert "" not in set(plain.steps["name_text"])
    columns = ["stage", "platform", "target_platform", "step_no", "n_steps", "instruction", "exit_code"]  # fmt: skip
    tables = [
        log.steps.set_index("name_text").sort_index()[columns].astype(str) for log in (raw, plain)
    ]
    assert tables[0].equals(tables[1])
    ends = [log.steps.set_index("name_text")["status"].astype(str) for log in (raw, plain)]
    failed = [set(end.index[end == "error"]) for end in ends]
    assert failed[0] == failed[1]
    columns = ["platform", "linker", "kind", "symbol", "object", "member", "function", "n_refs"]
    assert raw.link_errors[columns].equals(plain.link_errors[columns])
    echoes = [sorted(log.lines(["echo"])["text"]) for log in (raw, plain)]
    assert echoes[0] == echoes[1]


@pytest.mark.parametrize(
    "path", committed("*.log"), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_real_logs_hold_together(path):
    """Every line of a real log is one row, frames keep their schema, and a build without a
    failed step has no link errors."""
    frames = read_log(path)
    schema.check(frames.steps, "steps")
    schema.check(frames.link_errors, "link_errors")
    schema.check(frames.link_commands, "link_commands")
    lines = schema.check(frames.log_lines, "log_lines")
    assert len(lines) == len(path.read_bytes().splitlines())
    assert "other" not in set(lines["kind"])
    has_failed = (frames.steps["status"] == "error").any()
    assert len(frames.link_errors) == 0 or has_failed
