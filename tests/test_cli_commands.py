"""The other commands: log, env, probe, symbols, compare, explain, doctor."""

from __future__ import annotations

import io
import json
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from tests.at_prompt import DOCKERFILE, SYMBOL
from tests.tools import need

ROOT = Path(__file__).parent.parent


def test_log_shows_steps_and_errors(diag) -> None:
    """Table and JSON hold the step and the error; status 1 since it failed."""
    table = diag("log", "build.log")
    assert table.status == 1
    assert SYMBOL in table.out
    told = json.loads(diag("log", "build.log", "--format", "json").out)
    assert told["format"] == "buildkit-plain"
    schema = json.loads((ROOT / "docs/schemas/log.schema.json").read_text())
    Draft202012Validator(schema).validate(told)
    assert [step["status"] for step in told["steps"]] == ["ok", "error"]


def test_env_formats_hold_the_same_rows(diag, tmp_path) -> None:
    """JSON, CSV and parquet of one question agree in number of rows and in values."""
    args = ("env", "Dockerfile", "--name", "CFLAGS", "--format")
    rows = json.loads(diag(*args, "json").out)
    schema = json.loads((ROOT / "docs/schemas/env.schema.json").read_text())
    Draft202012Validator(schema).validate(rows)
    csv = pd.read_csv(io.StringIO(diag(*args, "csv").out))
    assert diag(*args, "parquet", "--output", "env.parquet").status == 0
    parquet = pd.read_parquet(tmp_path / "env.parquet")
    values = [row["value"] for row in rows]
    assert values[0] == "-O2"
    assert len(values) == 3
    assert [None if pd.isna(v) else v for v in csv["value"]] == values
    assert [None if pd.isna(v) else v for v in parquet["value"]] == values


def test_env_reads_a_dockerfile_from_standard_input(diag) -> None:
    """`-` for the Dockerfile."""
    ended = diag("env", "-", "--name", "CFLAGS", "--explain", stdin=DOCKERFILE.encode())
    assert ended.status == 0
    assert "-O2" in ended.out


@pytest.mark.parametrize(
    ("platform", "expected", "status"),
    [
        ("linux/amd64", "CFLAGS=-O2", 0),
        ("linux/amd64", "CFLAGS=-O3", 1),
        ("linux/arm64", "CFLAGS=-O2", 1),
        ("linux/amd64", "STRANGER=1", 1),
    ],
)
def test_env_expect_decides_the_status(diag, platform: str, expected: str, status: int) -> None:
    """As expected 0; another value, unset, or never seen 1, with the place on standard error."""
    args = ("--platform", platform, "--command", "make", "--expect", expected)
    ended = diag("env", "Dockerfile", *args)
    assert ended.status == status
    assert bool(ended.err) == bool(status)
    if status and "STRANGER" not in expected:
        assert "Dockerfile:7" in ended.err


def test_env_explain_cites_the_lines(diag) -> None:
    """The way of a value, line by line, with the line's text."""
    out = diag("env", "Dockerfile", "--name", "CFLAGS", "--explain").out
    assert out.startswith("Dockerfile\n")
    assert "5  amd64) export CFLAGS=-O2" in out


@pytest.mark.sandbox
def test_probe_gives_what_the_flow_gives(diag) -> None:
    """The same rows by execution, one for each shell."""
    need("bwrap", "dash", "bash", "busybox")
    args = ("Dockerfile", "--name", "CFLAGS", "--command", "make", "--format", "json")
    probed = json.loads(diag("probe", *args).out)
    flow = {row["platform"]: row["value"] for row in json.loads(diag("env", *args).out)}
    assert {row["shell"] for row in probed} == {"dash", "bash", "bash-posix", "busybox-ash"}
    assert all(row["value"] == flow[row["platform"]] for row in probed)


def test_symbols_why_tells_wanted_and_defined(diag, tmp_path) -> None:
    """Wanted and nowhere defined: status 1 and who wants it; with the definition: status 0."""
    need("gcc")
    for name, text in (
        ("a", f"int {SYMBOL}(void); int blend(void) {{ return {SYMBOL}(); }}"),
        ("b", f"int {SYMBOL}(void) {{ return 1; }}"),
    ):
        (tmp_path / f"{name}.c").write_text(text + "\n")
        subprocess.run(["gcc", "-c", f"{name}.c"], check=True, cwd=tmp_path)
    alone = diag("symbols", "a.o", "--why", SYMBOL)
    assert alone.status == 1
    assert "wanted by   a.o" in alone.out
    assert "defined by  none of 1 object" in alone.out
    both = diag("symbols", "a.o", "b.o", "--why", SYMBOL)
    assert both.status == 0
    assert "linkers     take b.o" in both.out
    assert "blend_rows_avx512" in diag("symbols", "a.o", "--name", "blend_rows_avx51").err


def test_isa_counts_by_function(diag, tmp_path) -> None:
    """An object with one AVX-512 function; the extension is asked for by its beginning."""
    need("gcc")
    code = (
        "typedef float v __attribute__((vector_size(64))); v add(v *a, v *b) { return *a + *b; }\n"
    )
    (tmp_path / "v.c").write_text(code)
    subprocess.run(["gcc", "-O2", "-mavx512f", "-c", "v.c"], check=True, cwd=tmp_path)
    ended = diag("isa", "v.o", "--extension", "avx512", "--format", "json")
    assert ended.status == 0
    rows = json.loads(ended.out)
    assert {(row["function"], row["extension"]) for row in rows} == {("add", "avx512f")}


def test_compare_is_0_only_for_a_cure(diag, tmp_path) -> None:
    """The same failure twice is no cure: status 1, in each format."""
    for format_ in ("table", "json", "html"):
        ended = diag("compare", "build.log", "build.log", "--format", format_)
        assert ended.status == 1
        assert "unproven" in ended.out.lower()
    schema = json.loads((ROOT / "docs/schemas/compare.schema.json").read_text())
    told = json.loads(diag("compare", "build.log", "build.log", "--format", "json").out)
    Draft202012Validator(schema).validate(told)


def test_explain_lists_and_tells(diag) -> None:
    """Every cause of the catalogue is listed, and each has a page of words."""
    from diag.causes import CATALOGUE

    listed = diag("explain").out
    assert all(cause in listed for cause in CATALOGUE)
    for cause in CATALOGUE:
        ended = diag("explain", cause)
        assert ended.status == 0
        assert len(ended.out) > 100


def test_doctor_tells_each_part_and_what_it_brings(diag) -> None:
    """Found or missing, with what it is good for."""
    rows = json.loads(diag("doctor", "--format", "json").out)
    assert {"python", "pandas", "bwrap", "busybox", "chromium"} <= {row["part"] for row in rows}
    assert all(row["what it brings"] for row in rows)
    assert "pandas" in diag("doctor").out


def test_a_call_is_asked_for_by_its_words(diag) -> None:
    """`--command "make all"`: other calls of make are not asked; a call that is none is told."""
    dockerfile = Path("Dockerfile")
    dockerfile.write_text("FROM debian\nENV F=1\nRUN make deps && F=2 make all\n")
    base = ("env", "Dockerfile", "--platform", "amd64", "--name", "F")
    assert diag(*base, "--command", "make", "--expect", "F=2").status == 1
    assert diag(*base, "--command", "make all", "--expect", "F=2").status == 0
    shown = diag(*base, "--command", "make none")
    assert shown.status == 2
    assert "there are: make deps, make all" in shown.err


def test_platforms_may_stand_in_one_word(diag, tmp_path) -> None:
    """docker's own spelling; and a call is found by the words that the screen shows."""
    (tmp_path / "D").write_text("FROM a\nENV X=1\nRUN ./configure\n")
    ended = diag("env", "D", "--platform", "linux/amd64,linux/arm64", "--format", "json")
    assert {row["platform"] for row in json.loads(ended.out)} == {"linux/amd64", "linux/arm64"}
    assert diag("env", "D", "--command", "./configure").status == 0


def test_a_build_that_stops_first_says_so(diag, tmp_path) -> None:
    """No call is reached: where the build ends is the answer."""
    (tmp_path / "D").write_text("FROM a\nENV X=1\nRUN set -u; echo $NO; make\n")
    assert "the build stops" in diag("env", "D").out
    assert "RUN at line 3 fails" in diag("env", "D", "--command", "make").err
