"""Scopes of a Dockerfile against what real engines put into the environment; values, copies, stages."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from diag.errors import InputError, UnknownPlatformError
from diag.flow.scopes import run_contexts
from diag.flow.values import RunContext
from diag.read.dockerfile import load_dockerfile
from tests.scope_contexts import contexts

SCOPES = Path(__file__).parent / "dockerfiles" / "scopes"
RECIPE = Path(__file__).parent.parent / "data/avx512-link/recipe"
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")

# Set by the shell that prints, or by the runtime.
NOT_THE_ENGINES = {"HOME", "HOSTNAME", "OLDPWD", "PWD", "SHLVL", "_"}
_SHELL_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)


def measured(engine: str) -> list[dict[str, Any]]:
    """The builds that went through, as recorded by dockerfiles/measure_scopes.py."""
    builds = json.loads((SCOPES / f"{engine}.json").read_text())["builds"]
    return [build for build in builds if "error" not in build]


def contexts_of(build: Mapping[str, Any], engine: str) -> list[RunContext]:
    return run_contexts(
        load_dockerfile(SCOPES / build["dockerfile"]),
        platform=build["platform"],
        build_args=build["build_args"],
        engine=engine,
    )


def engine_env(context: RunContext) -> dict[str, str | None]:
    """What the shell passes on of the context: names that are shell names."""
    known = {name: value.text for name, value in context.env.items()}
    return {
        name: text
        for name, text in known.items()
        if _SHELL_NAME.fullmatch(name) and name not in NOT_THE_ENGINES
    }


def differences(build: Mapping[str, Any], engine: str) -> list[str]:
    """Each RUN whose environment is not the one that the engine gave it."""
    contexts = contexts_of(build, engine)
    found = []
    for mark, env in build["runs"].items():
        runs = [c for c in contexts if re.search(rf"show {mark}\b", c.script)]
        if not any(_is_same(context, env) for context in runs):
            found.append(f"{build['dockerfile']} {build['platform']} show {mark}")
    return found


def _is_same(context: RunContext, env: Mapping[str, str]) -> bool:
    by_shell = {*NOT_THE_ENGINES, *re.findall(r"(\w+)=", context.script)}
    seen = {name: text for name, text in env.items() if name not in by_shell}
    ours = {name: text for name, text in engine_env(context).items() if name not in by_shell}
    return ours == seen


def _id(build: Mapping[str, Any]) -> str:
    given = ",".join(f"{name}={text}" for name, text in build["build_args"].items())
    return f"{build['dockerfile'].split('.')[0]} {build['platform']} {given}".strip()


@pytest.mark.parametrize("build", measured("buildkit"), ids=_id)
def test_environment_is_the_one_that_buildkit_gave(build: Mapping[str, Any]) -> None:
    """Every variable of every RUN, on three platforms, as docker 28.5 printed it."""
    assert build["runs"]
    assert differences(build, "buildkit") == []


@pytest.mark.parametrize("build", measured("buildah"), ids=_id)
def test_environment_is_the_one_that_buildah_gave(build: Mapping[str, Any]) -> None:
    """The same for buildah 1.28."""
    assert build["runs"]
    assert differences(build, "buildah") == []


def test_enough_runs_were_measured() -> None:
    """No Dockerfile of scopes/ is left out of the BuildKit record, and it has many RUNs."""
    assert {b["dockerfile"] for b in measured("buildkit")} == {
        path.name for path in SCOPES.glob("*.Dockerfile")
    }
    assert sum(len(build["runs"]) for build in measured("buildkit")) >= 250
    assert sum(len(build["runs"]) for build in measured("buildah")) >= 40


def test_files_written_by_copy_are_those_of_the_engine() -> None:
    """Here-documents of COPY, expanded or not, tabs stripped: as `cat` printed them."""
    build = next(b for b in measured("buildkit") if b["dockerfile"].startswith("heredoc-files"))
    copies = contexts_of(build, "buildkit")[0].copies
    texts = {copy.destination: (copy.text or "").rstrip("\n") for copy in copies}
    seen = build["runs"]["1"]
    for path, name in (("/etc/ONE", "X"), ("/etc/TWO", "Y"), ("/etc/THREE", "Z")):
        assert texts[path] == seen[name]


def test_working_directory_is_the_engines() -> None:
    """WORKDIR, relative to the one before, as `pwd` printed it."""
    build = next(b for b in measured("buildkit") if b["dockerfile"].startswith("workdir"))
    workdirs = [context.workdir for context in contexts_of(build, "buildkit")]
    assert workdirs == [build["runs"]["1"]["X"], build["runs"]["2"]["X"]]


def test_value_says_the_lines_that_it_came_through() -> None:
    """ARG before FROM, re-declared, used in ENV, inherited: each line once, oldest first."""
    text = "ARG V=1\nFROM a AS b\nARG V\nENV W=w$V\nFROM b\nENV X=$W$V$W\nRUN x\n"
    assert contexts(text)[0].env["X"].came_through == ("D:1", "D:3", "D:4", "D:6")


def test_base_image_is_unknown_unless_told() -> None:
    """Names of the image's kind are unknown, and so is what is made of them; others are unset."""
    text = "FROM rust\nENV PATH=/x:$PATH A=${RUSTFLAGS:-none} B=${LANG:-c} C=d\nRUN x\n"
    env = contexts(text)[0].env
    assert {n: env[n].status for n in ("PATH", "CARGO_HOME", "HOME", "B")} == dict.fromkeys(
        ("PATH", "CARGO_HOME", "HOME", "B"), "unknown"
    )
    assert (env["A"].text, env["C"].text) == ("none", "d")
    assert env["PATH"].came_through == ("D:1", "D:2")
    assert "RUSTFLAGS" not in env


def test_told_base_env_is_used_and_complete_with_path() -> None:
    """With PATH told all is told but HOME; without PATH the rest stays unknown."""
    text = "FROM rust\nENV P=/x:$PATH L=${LANG:-c}\nRUN x\n"
    whole = contexts(text, base_env={"PATH": "/bin", "RUSTFLAGS": "-C x"})[0].env
    assert {n: v.text for n, v in whole.items() if v.status != "unknown"} == {
        "PATH": "/bin", "RUSTFLAGS": "-C x", "P": "/x:/bin", "L": "c",
    }  # fmt: skip
    assert whole["RUSTFLAGS"].came_through == ("D:1",)
    part = contexts(text, base_env={"RUSTFLAGS": "-C x"})[0].env
    assert (part["RUSTFLAGS"].text, part["L"].status) == ("-C x", "unknown")


def test_unknown_reaches_copy_and_workdir_as_no_claim() -> None:
    """A path that hangs on the base image is not claimed; a body is kept without text."""
    text = "FROM a\nWORKDIR $HOME\nCOPY x $HOME/y\nCOPY <<F /f\n$HOME\nF\nRUN x\n"
    context = contexts(text)[0]
    assert context.workdir == "/"
    assert [(copy.destination, copy.text) for copy in context.copies] == [("/f", None)]


def test_run_platform_is_that_of_the_from() -> None:
    """--platform, by argument too; a child has its parent's; scratch has the target's."""
    text = (
        "ARG P=linux/x86_64\n"
        "FROM --platform=$BUILDPLATFORM a AS one\nRUN 1\n"
        "FROM --platform=linux/arm64 one\nRUN 2\n"
        "FROM b\nRUN 3\n"
        "FROM --platform=$BUILDPLATFORM scratch\nRUN 4\n"
        "FROM --platform=${P} c\nRUN 5\n"
    )
    found = contexts(text, build_platform="linux/arm64")
    assert [context.run_platform for context in found] == [
        "linux/arm64", "linux/arm64", "linux/arm/v7", "linux/arm/v7", "linux/amd64",
    ]  # fmt: skip
    assert {context.platform for context in found} == {"linux/arm/v7"}


def test_scripts_and_lines_of_heredocs() -> None:
    """A single here-document is the script; `#!` names its interpreter; others are kept whole."""
    text = (
        "FROM a\nRUN <<E\none\ntwo\nE\n"
        "RUN <<-E\n\tone\n\tE\n"
        "RUN <<E\n#!/usr/bin/env python3\nx\nE\n"
        "RUN bash <<A && cat <<-'B'\none\nA\n\ttwo\n\tB\n"
    )
    plain, stripped, shebang, kept = contexts(text)
    assert (plain.script, plain.line_starts) == ("one\ntwo\n", ((0, 3), (4, 4)))
    assert plain.shell == ("/bin/sh", "-c")
    assert (stripped.script, stripped.place_of(0)) == ("one\n", "D:7")
    assert shebang.shell == ("/usr/bin/env", "python3")
    assert kept.script == "bash <<A && cat <<-'B'\none\nA\n\ttwo\nB"
    assert [kept.line_of(kept.script.index(word)) for word in ("bash", "one", "two")] == [
        13,
        14,
        16,
    ]


def test_exec_form_has_words_and_no_script() -> None:
    """RUN ["a"]: argv, no shell, SHELL without effect."""
    context = contexts('FROM a\nSHELL ["bash", "-c"]\nRUN ["x", "$Y"]\nRUN z\n')
    assert (context[0].argv, context[0].is_exec_form) == (("x", "$Y"), True)
    assert (context[0].script, context[0].shell) == ("", ())
    assert context[1].shell == ("bash", "-c")


def test_copies_since_the_last_run_in_order() -> None:
    """Sources, destinations and stages of COPY and ADD; each RUN has those before it."""
    text = (
        "FROM a AS one\nFROM b\nWORKDIR /w\nCOPY --from=ONE /x/f ./\nADD g h/\nRUN 1\n"
        "COPY --from=0 i j /k\nCOPY *.c .\nCOPY . .\nCOPY --from=img l /l\nRUN 2\nRUN 3\n"
    )
    found = contexts(text)
    told = [
        [(copy.source, copy.destination, copy.from_stage_no) for copy in c.copies] for c in found
    ]
    assert told == [
        [("/x/f", "/w/f", 0), ("g", "/w/h/g", None)],
        [
            ("/i", "/k/i", 0), ("/j", "/k/j", 0), ("*.c", "/w/", None), (".", "/w/", None),
            ("/l", "/l", None),
        ],
        [],
    ]  # fmt: skip


def test_chain_of_stages_and_users() -> None:
    """stage_chain from the oldest, numbers of RUNs in order, USER and WORKDIR inherited."""
    text = "FROM a AS x\nUSER me\nWORKDIR /x\nRUN 1\nFROM b\nRUN 2\nFROM x AS y\nFROM Y\nRUN 3\n"
    found = contexts(text)
    assert [(c.run_no, c.stage, c.stage_chain) for c in found] == [
        (1, "x", (0,)), (2, "1", (1,)), (3, "3", (0, 2, 3)),
    ]  # fmt: skip
    assert (found[2].user, found[2].workdir, found[1].user) == ("me", "/x", "")


def test_onbuild_runs_at_each_from_that_triggers_it() -> None:
    """The line is that of the ONBUILD, the stage that of the FROM; grandchildren do not run it."""
    text = "FROM a AS x\nONBUILD RUN y \\\n  z\nFROM x AS b\nFROM x AS c\nFROM c\nRUN w\n"
    found = contexts(text)
    assert [(c.stage, c.line_no, c.script) for c in found] == [
        ("b", 2, "y   z"), ("c", 2, "y   z"), ("3", 7, "w"),
    ]  # fmt: skip
    assert found[0].line_of(5) == 3


def test_a_build_that_the_engine_would_stop_is_refused_with_its_line() -> None:
    """A required argument that is missing; a variable in COPY --from."""
    with pytest.raises(InputError, match="need V") as caught:
        contexts('FROM a\nRUN x\nENV A="${V:?need V}"\n')
    assert (caught.value.file, caught.value.line) == ("D", 3)
    assert contexts('FROM a\nARG V\nENV A="${V:?need V}"\nRUN x\n', build_args={"V": "1"})
    with pytest.raises(InputError, match="--from"):
        contexts("ARG S=x\nFROM a AS x\nFROM b\nCOPY --from=$S /a /b\n")


def test_unknown_platform_and_engine_are_refused() -> None:
    """Both name what is known."""
    with pytest.raises(UnknownPlatformError):
        contexts("FROM a\nRUN x\n", platform="linux/arm46")
    with pytest.raises(InputError, match="engine"):
        contexts("FROM a\nRUN x\n", engine="kaniko")


@pytest.mark.parametrize("form", ["before", "after", "old-form"])
@pytest.mark.parametrize("platform", PLATFORMS)
def test_recipe_of_the_incident(form: str, platform: str) -> None:
    """Each RUN of the recipe has the platform's arguments, and nothing is lost on its way."""
    path = RECIPE / f"Dockerfile.multiarch.{form}"
    found = run_contexts(load_dockerfile(path), platform=platform)
    _, arch, *variant = platform.split("/")
    assert len(found) == 3
    for context in found:
        assert context.env["TARGETARCH"].text == arch
        assert context.env["TARGETVARIANT"].text == "".join(variant)
        assert context.env["TARGETVARIANT"].status == ("set" if variant else "empty")
        assert context.env["TARGETPLATFORM"].text == platform
        assert context.run_platform == "linux/amd64"
        assert context.lost == {}
    lines = path.read_text().splitlines()
    cargo = found[2].script.index("cargo build")
    assert "cargo build" in lines[found[2].line_of(cargo) - 1]
