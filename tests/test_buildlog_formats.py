"""The same builds in every form that builders print: steps, seconds, lines, link errors.

data/lab/builders holds what BuildKit printed as `--progress=plain`, on a terminal and as rawjson,
beside each the messages that the engine kept of that very build; the same Dockerfiles built by the
legacy builder, by docker 20.10 and by buildah; and, marked as derived, two of the logs as GitHub and
GitLab would wrap them. `python -m tests.test_buildlog_formats` prints the table.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import pytest

from diag import schema
from diag.read.linkers import LogFrames, read_log
from diag.schema_frames import LINE_KINDS

DATA = Path(__file__).parent.parent / "data" / "lab" / "builders"
BUILDS = ("multi", "single", "ok", "cached", "clipped")
FORMS = ("plain", "tty", "rawjson")
# Kinds of lines that a command printed.
PRINTED = set(LINE_KINDS) - {
    "header", "progress", "excerpt", "other",
}  # fmt: skip
OTHERS = {
    "single": ("legacy", "legacy-20.10", "buildah", "plain-20.10", "tty-20.10"),
    "ok": ("legacy", "legacy-20.10", "buildah", "plain-20.10", "tty-20.10"),
    "cached": ("legacy", "buildah"),
}
WRAPPED = {
    "github": "github-actions+buildkit-plain",
    "gh": "github-actions+buildkit-plain",
    "github-web": "buildkit-plain",
    "gitlab": "gitlab+buildkit-plain",
    "gitlab-timestamps": "gitlab-timestamps+gitlab+buildkit-plain",
}
ERROR_COLUMNS = ["kind", "symbol", "object", "member", "function", "section", "offset", "source_file", "n_refs"]  # fmt: skip
STEP_COLUMNS = ["stage", "platform", "target_platform", "step_no", "n_steps", "instruction", "status", "exit_code"]  # fmt: skip


@cache
def read(name: str) -> LogFrames:
    return read_log(DATA / name)


def steps(frames: LogFrames) -> list[tuple[str, ...]]:
    """The steps without their names, numbers and times, in one order for all forms."""
    return sorted(as_text(frames.steps[STEP_COLUMNS]))


def as_text(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The rows as texts that can be compared and ordered."""
    told = frame.astype(object).where(frame.notna(), "")
    return [tuple(map(str, row)) for row in told.itertuples(index=False, name=None)]


def pairs(one: LogFrames, other: LogFrames) -> list[tuple[object, object]]:
    """Steps of the same name; a name on a terminal is cut."""
    found = []
    for step in one.steps.itertuples():
        same = [
            s for s in other.steps.itertuples() if s.name_text.startswith(step.name_text.rstrip())
        ]
        assert len(same) == 1, step.name_text
        found.append((step, same[0]))
    return found


def printed(frames: LogFrames, status: str | None = None) -> dict[str, list[str]]:
    """Step name up to its bracket -> what its commands printed; of the steps that ended so."""
    wanted = frames.steps if status is None else frames.steps[frames.steps["status"] == status]
    lines = frames.log_lines
    output = lines[lines["kind"].isin(PRINTED)]
    # A cached step's own event, the builder's CANCELED, and a line that is blank, print nothing.
    is_builders = (output["kind"] == "cache") | (output["text"] == "CANCELED")
    output = output[~is_builders & (output["text"].str.strip() != "")]
    by_step = {step_id: list(group["text"]) for step_id, group in output.groupby("step_id")}
    return {
        f"{step.stage} {step.target_platform} {step.step_no}": by_step[step.step_id]
        for step in wanted.itertuples()
        if step.step_id in by_step
    }


def errors(frames: LogFrames) -> list[tuple[str, ...]]:
    return sorted(as_text(frames.link_errors[ERROR_COLUMNS]))


def worst_seconds(one: LogFrames, other: LogFrames) -> tuple[float, int]:
    """The largest difference of a step's time, and how many steps tell one in both."""
    gaps = [
        abs(a.seconds - b.seconds)
        for a, b in pairs(one, other)
        if not pd.isna(a.seconds) and not pd.isna(b.seconds)
    ]
    return max(gaps), len(gaps)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("build", BUILDS)
def test_steps_and_seconds_are_those_of_the_engine(build: str, form: str) -> None:
    """Stage, platforms, place, instruction, end and exit code of each step, and its time within
    the printed precision, are those of the messages that the engine kept of the same build. A
    step that never ended well has no time in the plain form."""
    log, kept = read(f"{build}.{form}.log"), read(f"{build}.{form}.rawjson")
    assert log.format == f"buildkit-{form}"
    assert kept.format == "buildkit-rawjson"
    assert steps(log) == steps(kept)
    gap, n_timed = worst_seconds(log, kept)
    # Both ends of a time are rounded to microseconds; a float adds a little.
    assert gap <= (2.1e-6 if form == "rawjson" else 0.0501)
    n_ended = (~log.steps["status"].isin(["cached"])).sum()
    n_failed = log.steps["status"].isin(["error", "canceled"]).sum()
    assert n_timed == n_ended - (n_failed if form == "plain" else 0)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("build", BUILDS)
def test_output_is_that_of_the_engine(build: str, form: str) -> None:
    """Each step's output is line for line what the engine kept, whatever the form; on a terminal
    that holds for a step that failed, of the others it shows lines of it, none twice, the last
    one perhaps as far as it was printed when the screen was drawn."""
    log, kept = read(f"{build}.{form}.log"), read(f"{build}.{form}.rawjson")
    if form != "tty":
        assert printed(log) == printed(kept)
        return
    assert printed(log, "error") == printed(kept, "error")
    whole = printed(kept)
    for step, lines in printed(log).items():
        rest = iter(whole[step])
        assert all(line in rest for line in lines[:-1]), step  # in this order, each once
        assert any(line.startswith(lines[-1]) for line in rest), step


@pytest.mark.parametrize("form", FORMS)
def test_a_step_done_once_for_both_platforms_is_neithers(form: str) -> None:
    """BuildKit names the COPY after whichever platform asked first, with an arrow or without."""
    steps_ = read(f"multi.{form}.log").steps
    shared = steps_[steps_["instruction"].isin(["FROM", "WORKDIR", "COPY"])]
    assert len(shared) == 3
    assert shared["target_platform"].isna().all()
    own = steps_[(steps_["stage"] == "builder") & (steps_["instruction"] == "RUN")]
    assert sorted(own["target_platform"]) == ["linux/amd64"] * 2 + ["linux/arm64"] * 2


@pytest.mark.parametrize("build", ["multi", "single", "clipped"])
def test_link_errors_are_the_same_in_every_form(build: str) -> None:
    """Two references to the one missing function, each once, in all forms and builders; with
    BuildKit's forms they belong to the step and to the platform that failed."""
    names = [f"{build}.{form}.{kind}" for form in FORMS for kind in ("log", "rawjson")]
    names += [f"{build}.{form}.log" for form in OTHERS.get(build, ())]
    wanted = errors(read(names[0]))
    assert [(row[1], row[4]) for row in wanted] == [("dot_wide", "best"), ("dot_wide", "main")]
    for name in names:
        frames = read(name)
        assert errors(frames) == wanted, name
        failed = frames.steps[frames.steps["status"] == "error"]
        assert set(frames.link_errors["step_id"]) == set(failed["step_id"]), name
        platform = {"linux/arm64"} if build == "multi" else {""}
        assert set(frames.link_errors["platform"].fillna("")) == platform, name
        assert set(frames.link_errors["is_lower_bound"]) == {build == "clipped"}, name


@pytest.mark.parametrize(
    "name", sorted(path.name for path in [*DATA.glob("*.*"), *DATA.glob("derived/*.log")] if path.suffix in (".log", ".rawjson"))
)  # fmt: skip
def test_every_line_has_its_row_and_success_has_no_errors(name: str) -> None:
    """The lines of each file are all in log_lines, once each but for messages in JSON; frames keep
    their schema; a build that went well has no link errors, however it is wrapped."""
    path = DATA / name if (DATA / name).exists() else DATA / "derived" / name
    frames = read_log(path)
    lines = schema.check(frames.log_lines, "log_lines")
    n_lines = path.read_bytes().count(b"\n") + (not path.read_bytes().endswith(b"\n"))
    assert set(lines["line_no"]) == set(range(1, n_lines + 1))
    assert len(lines) == n_lines or "json" in frames.format
    assert "other" not in set(lines["kind"])
    schema.check(frames.steps, "steps")
    schema.check(frames.link_errors, "link_errors")
    if name.startswith(("ok", "cached", "layers", "no-image", "bare-ok")):
        assert frames.link_errors.empty
    assert frames.steps.empty == name.startswith("bare")


@pytest.mark.parametrize(
    ("build", "form"), [(build, form) for build, forms in OTHERS.items() for form in forms]
)
def test_other_builders_tell_the_same_steps(build: str, form: str) -> None:
    """The legacy builder, buildah and docker 20.10: the stages, instructions, ends and exit codes
    that BuildKit told of the same Dockerfile (each made its own build: what one took from its
    cache another made; a stage's FROM is a step of its own only to some)."""
    columns = ["stage", "instruction", "status", "exit_code"]

    def told(frames: LogFrames) -> list[tuple[str, ...]]:
        made = frames.steps[frames.steps["instruction"].isin(["RUN", "COPY", "WORKDIR"])]
        status = made["status"].astype(str)
        if build != "cached":
            status = status.replace("cached", "ok")
        return sorted(as_text(made.assign(status=status)[columns]))

    frames = read(f"{build}.{form}.log")
    assert frames.format == {"leg": "docker-legacy", "bui": "buildah", "pla": "buildkit-plain", "tty": "buildkit-tty"}[form[:3]]  # fmt: skip
    assert told(frames) == told(read(f"{build}.plain.rawjson"))


@pytest.mark.parametrize("tool", ["make", "cmake", "ninja", "cargo", "cargo-json", "go"])
def test_build_tools_without_a_builder(tool: str) -> None:
    """What make, cmake, ninja, cargo in both its forms and go print: the one missing function, in
    each function that refers to it."""
    frames = read(f"bare.{tool}.log")
    assert frames.format == ("text+cargo-json" if tool == "cargo-json" else "text")
    assert set(frames.link_errors["symbol"]) == {"dot_wide"}
    functions = [str(name) for name in frames.link_errors["function"]]
    if tool.startswith("cargo"):
        assert [name.split("::h")[0] for name in functions] == ["app::main"]
        assert list(frames.link_errors["linker"]) == ["rust-lld"]
    elif tool == "go":
        assert [name.partition("_Cfunc_")[2] for name in functions] == ["dot_wide"]
    else:
        assert functions == ["best", "main"]


def test_buildah_builds_platforms_at_once() -> None:
    """Two platforms print into one log: the platform that failed and the one that went well are
    told apart, and a line that either may have printed belongs to neither."""
    frames = read("parallel.buildah.log")
    assert set(frames.steps["target_platform"]) == {"linux/amd64", "linux/arm64"}
    runs = frames.steps[frames.steps["instruction"] == "RUN"]
    assert runs.groupby("target_platform")["status"].apply(list).to_dict() == {
        "linux/amd64": ["ok", "ok", "ok"],
        "linux/arm64": ["ok", "ok", "error"],
    }
    assert list(frames.link_errors["symbol"]) == ["dot_wide", "dot_wide"]
    assert frames.link_errors["platform"].isna().all()


def test_an_image_that_is_not_there() -> None:
    """buildah names no step when it cannot begin: it is the FROM that was open."""
    steps_ = read("no-image.buildah.log").steps
    assert list(steps_[steps_["status"] == "error"]["instruction"]) == ["FROM"]


@pytest.mark.parametrize("form", WRAPPED)
@pytest.mark.parametrize("build", ["multi", "ok"])
def test_a_wrapped_log_says_the_same(build: str, form: str) -> None:
    """GitHub's and GitLab's prefixes come off: steps, times, output and errors are those of the
    log inside, and what the service itself says belongs to no step."""
    inner, outer = read(f"{build}.plain.log"), read(f"derived/{build}.{form}.log")
    assert outer.format == WRAPPED[form]
    drop = ["file", "line_no"]
    assert outer.steps.drop(columns=drop).equals(inner.steps.drop(columns=drop))
    assert outer.link_errors.drop(columns=drop).equals(inner.link_errors.drop(columns=drop))
    assert printed(outer) == printed(inner)


# -- the table ------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Row:
    """One form of one build beside the engine's messages."""

    build: str
    form: str
    steps: str
    states: str
    seconds: str
    lines: int
    errors: int


def table() -> list[Row]:
    """What the tests above compare, as figures."""
    rows = []
    for build in BUILDS:
        for form in FORMS:
            log, kept = read(f"{build}.{form}.log"), read(f"{build}.{form}.rawjson")
            same = sum(a == b for a, b in zip(steps(log), steps(kept), strict=True))
            gap, n_timed = worst_seconds(log, kept)
            states = ", ".join(
                f"{n} {s}" for s, n in log.steps["status"].value_counts().items() if n
            )
            rows.append(
                Row(build, form, f"{same}/{len(kept.steps)}", states, f"{n_timed} within {gap:.3f} s",
                    len(log.log_lines["line_no"].unique()), len(log.link_errors))
            )  # fmt: skip
    return rows


if __name__ == "__main__":
    print(pd.DataFrame(table()).to_string(index=False))
