"""`diag investigate`: exit status, standard input, what it writes, platforms, secrets, case folders."""

from __future__ import annotations

import json
from pathlib import Path

from jsonschema import Draft202012Validator

from tests.at_prompt import LOG, SYMBOL

ROOT = Path(__file__).parent.parent


def test_investigate_says_what_failed(diag) -> None:
    """A log alone: the symbol is named, status 1, no terminal codes on a pipe."""
    ended = diag("investigate", "build.log")
    assert ended.status == 1
    assert SYMBOL in ended.out
    assert "\x1b" not in ended.out
    assert ended.err == ""


def test_investigate_reads_standard_input(diag) -> None:
    """`-` is the log on standard input: the same verdict."""
    ended = diag("investigate", "-", stdin=LOG.encode())
    assert ended.status == 1
    assert SYMBOL in ended.out


def test_investigate_json_is_as_published(diag) -> None:
    """What is printed is valid by the published schema and holds the error's line."""
    ended = diag("investigate", "build.log", "--dockerfile", "Dockerfile", "--format", "json")
    told = json.loads(ended.out)
    schema = json.loads((ROOT / "docs/schemas/investigate.schema.json").read_text())
    Draft202012Validator(schema).validate(told)
    assert [(e["symbol"], e["line_no"]) for e in told["link_errors"]] == [(SYMBOL, 9)]


def test_investigate_of_a_sound_build_is_status_0(diag, tmp_path) -> None:
    """Every step ended well: nothing wrong found."""
    good = LOG.split("#5 0.300")[0] + "#5 DONE 1.0s\n"
    (tmp_path / "good.log").write_text(good)
    ended = diag("investigate", "good.log")
    assert ended.status == 0
    assert "NO FAILURE FOUND" in ended.out


def test_investigate_writes_files(diag, tmp_path) -> None:
    """--output and --html write what would be shown; the page loads nothing."""
    ended = diag("investigate", "build.log", "--output", "out.txt", "--html", "page.html")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "written: page.html, out.txt\n"
    assert SYMBOL in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert SYMBOL in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_logs_and_objects_may_name_their_platform(diag) -> None:
    """PLATFORM=FILE: one log a platform, as CI matrices give them."""
    ended = diag("investigate", "--log", "linux/arm64=build.log", "--format", "json")
    assert {p["platform"] for p in json.loads(ended.out)["platforms"]} >= {"linux/arm64"}


def test_an_equals_sign_in_a_path_is_no_platform(diag, tmp_path) -> None:
    """A file that exists is a file, whatever its name holds."""
    (tmp_path / "a=b.log").write_text(LOG)
    assert diag("investigate", "--log", "a=b.log").status == 1


def test_secrets_are_masked_unless_asked(diag) -> None:
    """ENV NPM_TOKEN's value: gone from table and JSON, also where the log prints it alone."""
    for extra in ((), ("--format", "json"), ("--html", "page.html")):
        args = ("investigate", "build.log", "--dockerfile", "Dockerfile", *extra)
        assert "hunter22" not in diag(*args).out
    assert "hunter22" not in Path("page.html").read_text(encoding="utf-8")
    assert "hunter22" not in diag("env", "Dockerfile", "--format", "csv").out
    assert "hunter22" in diag("env", "Dockerfile", "--format", "csv", "--no-redact").out


def test_a_case_folder_is_opened(diag, tmp_path) -> None:
    """case.toml names log and Dockerfile; options outrank it."""
    (tmp_path / "case.toml").write_text(
        'title = "t"\nlogs = ["build.log"]\ndockerfile = "Dockerfile"\n'
    )
    assert diag("investigate", ".").status == 1
    assert diag("investigate", "case.toml").status == 1
