"""The commands in a step of CI, and the workflows of docs/ci.md."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest
import yaml

from diag.cli_ci import _append_summary
from diag.show import github_summary
from tests.at_prompt import SYMBOL, AtPrompt, small_build
from tests.ci_samples import commands, official, places

DOCS = Path(__file__).parent.parent / "docs"

# -- the command ----------------------------------------------------------------------------------

SECRET = "hunter22-and-more"
GIVEN = ("investigate", "build.log", "--dockerfile", "Dockerfile")


@pytest.fixture
def diag(at_prompt: AtPrompt, monkeypatch, tmp_path) -> AtPrompt:
    """Runs a command in a folder below the work tree that holds build.log and Dockerfile."""
    folder = tmp_path / "sub dir"
    folder.mkdir()
    small_build(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return at_prompt


def test_the_summary_goes_to_the_step_s_own_file(diag, monkeypatch, tmp_path) -> None:
    """Behind what the step wrote there before; annotations point into the Dockerfile."""
    file = tmp_path / "summary.md"
    file.write_text("before")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    done = diag(*GIVEN, "--format", "github")
    assert done.status == 1
    found = commands(done.out)
    assert found
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    assert "sub dir/Dockerfile" in {command.properties.get("file") for command in found}
    assert [line for line in done.out.splitlines() if not line.startswith("::")] == [
        done.out.splitlines()[-1]
    ]
    assert file.read_text().startswith("before\n\n## diag: ")
    assert SYMBOL in file.read_text()
    assert SECRET not in done.out + done.err + file.read_text()
    assert "add-mask" not in done.out


def test_a_summary_that_cannot_be_written_follows_the_annotations(
    diag, monkeypatch, tmp_path
) -> None:
    """And it is said; the verdict is not lost for it."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "file"))
    done = diag(*GIVEN, "--format", "github", "-o", "out.txt")
    assert "\n\n## diag: " in Path("out.txt").read_text()
    assert "the summary cannot be written" in done.err
    assert (done.status, done.out) == (1, "")


def test_a_summary_without_room_is_not_written(tmp_path, capsys) -> None:
    """What the step wrote before stays as it is."""
    file = tmp_path / "summary.md"
    for size, is_room in ((github_summary.MAX_BYTES, False), (1000, True)):
        file.write_bytes(b"x" * size)
        assert _append_summary(str(file), places()) == is_room
        assert (file.stat().st_size > size) == is_room
    assert "leaves no room" in capsys.readouterr().err


def test_sarif_by_the_suffix_of_the_file(diag) -> None:
    """Relative to the work tree, the log and the Dockerfile among its artifacts, no secret in it."""
    done = diag(*GIVEN, "-o", "diag.sarif")
    text = Path("diag.sarif").read_text()
    log = json.loads(text)
    assert (done.status, done.out) == (1, "")
    assert official().is_valid(log)
    uris = [one["location"]["uri"] for one in log["runs"][0]["artifacts"]]
    assert uris[:2] == ["sub%20dir/build.log", "sub%20dir/Dockerfile"]
    assert SECRET not in text
    result = log["runs"][0]["results"][0]
    assert result["ruleId"] == "failure-not-explained"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sub%20dir/Dockerfile"
    assert place["region"] == {"startLine": 4, "endLine": 7}  # the RUN whose step failed


# -- docs/ci.md -----------------------------------------------------------------------------------

_BLOCKS = re.findall(
    r"^```yaml\n(.*?)^```$", (DOCS / "ci.md").read_text(encoding="utf-8"), re.M | re.S
)
GITHUB, GITLAB = (yaml.safe_load(text) for text in _BLOCKS)
STEPS = GITHUB["jobs"]["image"]["steps"]
RUNS = [step["run"] for step in STEPS if "run" in step] + GITLAB["why"]["script"]
OURS = [run for run in RUNS if run.startswith("diag ")]


def test_a_build_behind_a_pipe_can_fail() -> None:
    """Bash by name has pipefail; GitLab's shell is told."""
    (build,) = [step for step in STEPS if "docker buildx build" in step.get("run", "")]
    assert build["shell"] == "bash"
    script = GITLAB["docker-build"]["script"]
    assert script.index("set -o pipefail") < next(i for i, s in enumerate(script) if "tee" in s)
    assert not {"image", "services", "cache"} & GITLAB.keys()  # words that are no job's name


def test_what_runs_after_a_failure_says_so() -> None:
    """A step without a condition is passed over once the build has failed."""
    names = [step.get("name", step.get("uses")) for step in STEPS]
    after = STEPS[names.index("Build") + 1 :]
    assert {step["if"] for step in after} == {"failure()", "${{ !cancelled() }}"}
    assert GITLAB["why"]["when"] == "on_failure"
    assert GITHUB["jobs"]["image"]["permissions"]["security-events"] == "write"


def test_what_is_uploaded_is_what_was_written() -> None:
    """Names of files agree between the steps."""
    uploads = [step["with"] for step in STEPS if "upload" in step.get("uses", "")]
    named = {one.get("sarif_file") or one["path"] for one in uploads}
    named |= {*GITLAB["why"]["artifacts"]["paths"]}
    assert all(any(name in run for run in OURS) for name in named)


@pytest.mark.parametrize("run", OURS)
def test_a_step_of_the_workflows_works(run: str, diag) -> None:
    """Each `diag` of the page, on a failed build: 1, or 0 for what only packs."""
    command, _, guard = run.partition(" || ")
    assert guard in ("", "test $? -eq 1")
    done = diag(*shlex.split(command)[1:])
    assert done.status == (0 if "collect" in command else 1), done.err
    assert ("\n\n## diag: " in done.out) == command.endswith("github")  # no file for it is named
    for option in ("-o", "--out", "--html"):
        words = shlex.split(command)
        if option in words:
            assert Path(words[words.index(option) + 1]).stat().st_size
