"""Secrets in every field of what is given, searched for in everything that is shown or written."""

from __future__ import annotations

import base64
import tarfile
from pathlib import Path
from typing import Any

import pytest

import diag
from diag.show.redact import MASK, Redactor, redactor_of
from tests import handmade as h
from tests.at_prompt import AtPrompt
from tests.planted_secrets import (
    BARE,
    BASE,
    CASE,
    DOCKERFILE,
    ENV,
    FORMS,
    LEGACY,
    LOG,
    leaks,
    secret,
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    """The case: a log, a Dockerfile and a case.toml, secrets in each."""
    made = tmp_path_factory.mktemp("secrets")
    for name, text in (("build.log", LOG), ("Dockerfile", DOCKERFILE), ("case.toml", CASE)):
        (made / name).write_text(text)
    return made


@pytest.fixture
def said(folder, at_prompt: AtPrompt, monkeypatch):
    """Runs a command and gives all that it printed, on both streams."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("COLUMNS", "160")

    def run(*args: str, stdin: str = "") -> str:
        return at_prompt(*args, stdin=stdin.encode()).told

    return run


@pytest.fixture(scope="module")
def taken(folder) -> tuple[diag.Case, diag.Verdict]:
    """The case and its verdict, as a notebook has them."""
    case = diag.open_case(folder)
    return case, case.diagnose()


@pytest.mark.parametrize("form", FORMS)
def test_every_form_is_masked(form: str) -> None:
    """Alone, in quotes, within a line, and within JSON."""
    for text in (
        form,
        f'echo "{form}"',
        f"RUN {form} make",
        f'{{"text": "{form}"}}',
        f"a\t{form}\n",
    ):
        shown = Redactor().text(text)
        assert leaks(shown) == []
        assert MASK in shown


@pytest.mark.parametrize(
    "args",
    [
        ("investigate", "."),
        ("investigate", ".", "--format", "json"),
        ("investigate", "build.log", "--dockerfile", "Dockerfile", "--build-arg", f"DEPLOY_TOKEN={BARE}",
         "--base-env", f"BASE_SECRET={BASE}"),
        ("investigate", "-", "--dockerfile", "Dockerfile", "--build-arg", f"DEPLOY_TOKEN={BARE}",
         "--base-env", f"BASE_SECRET={BASE}", "--format", "json"),
        ("compare", ".", "."),
        ("compare", ".", ".", "--format", "json"),
        ("compare", ".", ".", "--format", "html"),
    ],
)  # fmt: skip
def test_verdicts_show_no_secret(said, args) -> None:
    """On the screen, as JSON, as a page, and in what is told of unreadable parts."""
    shown = said(*args, stdin=LOG)
    assert leaks(shown) == []
    assert MASK in shown or "compare" in args


@pytest.mark.parametrize("format_", ["table", "json", "csv"])
def test_the_environment_shows_no_secret(said, format_) -> None:
    """Values by their names, the same values in other variables and in arguments."""
    given = ("--build-arg", f"DEPLOY_TOKEN={BARE}", "--base-env", f"BASE_SECRET={BASE}")
    shown = said("env", "Dockerfile", *given, "--format", format_)
    assert leaks(shown) == []
    assert MASK in shown
    assert leaks(said("env", "Dockerfile", *given, "--command", "cargo", "--explain")) == []


@pytest.mark.parametrize("format_", ["table", "json"])
def test_the_log_shows_no_secret(said, format_) -> None:
    """A log alone: what is known by its name or its shape is masked in steps and errors."""
    shown = said("log", "build.log", "--format", format_)
    for word in (BARE, BASE, ENV, LEGACY):  # nothing tells a log alone that these are secrets
        shown = shown.replace(word, "")
    assert leaks(shown) == []
    assert MASK in shown


def test_the_page_shows_no_secret(said, folder, tmp_path) -> None:
    """Texts, tables, and the charts that are drawn into it."""
    page = tmp_path / "page.html"
    said("investigate", ".", "--html", str(page))
    text = page.read_text(encoding="utf-8")
    assert leaks(text) == []
    charts = [part.split('"')[0] for part in text.split("svg+xml;base64,")[1:]]
    assert len(charts) == text.count("<img ") >= 2
    assert leaks("".join(base64.b64decode(chart).decode() for chart in charts)) == []


@pytest.mark.parametrize("out", ["packed", "packed.tar.gz"])
def test_a_collected_case_holds_no_secret(said, tmp_path, out) -> None:
    """Log, Dockerfile and case.toml as they are packed, and what is told of it."""
    packed = tmp_path / out
    assert leaks(said("collect", ".", "--out", str(packed))) == []
    if packed.is_dir():
        texts = [file.read_bytes() for file in packed.rglob("*") if file.is_file()]
    else:
        with tarfile.open(packed) as tar:
            texts = [tar.extractfile(one).read() for one in tar if one.isfile()]  # type: ignore[union-attr]
    assert len(texts) == 3
    assert leaks(b"\n".join(texts).decode()) == []


def every_display(shown: Any) -> str:
    """All that a notebook, a terminal and a prompt are given of an object."""
    from IPython.core.formatters import DisplayFormatter

    formatter = DisplayFormatter()
    formatter.active_types = list(formatter.format_types)
    data, _ = formatter.format(shown)
    assert {"text/plain", "text/html", "text/markdown"} <= set(data)
    return "\n".join([*map(str, data.values()), repr(shown), str(shown)])


def test_a_notebook_shows_no_secret(taken) -> None:
    """A case, a verdict, each finding, each piece of evidence, a comparison; as every kind of text."""
    case, verdict = taken
    comparison = diag.compare(case, case)
    assert leaks(every_display(case)) == []
    assert leaks(every_display(verdict)) == []
    assert leaks(every_display(comparison)) == []
    assert any(leaks(str(f.to_json())) for f in verdict.findings), "nothing was planted"
    assert leaks("".join(map(every_display, verdict.findings))) == []


def test_charts_show_no_secret(taken) -> None:
    """The words that are drawn, in SVG."""
    from diag.show.chart_style import as_svg
    from diag.show.charts import plot_flags, plot_steps, plot_symbols

    case, _ = taken
    assert (
        leaks("".join(as_svg(plot(case)) for plot in (plot_flags, plot_steps, plot_symbols))) == []
    )


@pytest.mark.parametrize(
    "args",
    [
        ("investigate", f"/no/such/{FORMS[9]}.log"),
        ("investigate", "absent", "--dockerfile", f"Dockerfile.{FORMS[9]}"),
        ("investigate", "build.log", "--claim", FORMS[0]),
        ("investigate", "build.log", "--platform", FORMS[0]),
        ("investigate", "build.log", "--build-arg", f"TOKEN:{secret(20)}"),
        (
            "env",
            "Dockerfile",
            "--build-arg",
            f"DEPLOY_TOKEN={BARE}",
            "--expect",
            f"RUSTFLAGS={FORMS[0]}",
        ),
        ("explain", FORMS[0]),
        ("log", f"{FORMS[9]}.log"),
    ],
)
def test_errors_show_no_secret(said, args) -> None:
    """What was typed wrongly is told without what it holds."""
    assert leaks(said(*args)) == []


def test_no_redact_shows_what_was_planted(said) -> None:
    """The other tests search for what is really there."""
    assert len(leaks(said("investigate", ".", "--no-redact", "--format", "json"))) > 20


@pytest.mark.parametrize(
    "text",
    [
        "paint.c: in function `get_token': undefined reference to `x'",
        "paint.c:function get_token: error: undefined reference to 'x'",
        "paint.c:3:1: error: 'auth_token' undeclared (first use in this function)",
        "paint.c:3:1: error: ‘auth_key’: no such member",
        "ns::token: symbol is hidden",
        "ENV MONKEY banana",
        "docker login -u me -p $PASSWORD",
        "docker run -p 8080:80 image",
        "curl -u $USER:$PASSWORD https://files.example",
        "cc -o login -lkey -p x.c",
        "https://files.example/x?version=1&arch=arm64",
        "undefined symbol: hf_init; sk-learn; SG.x",
    ],
)
def test_what_tools_say_is_no_secret(text: str) -> None:
    """Names of functions in messages, references to variables, options of other programs."""
    assert Redactor().text(text) == text


def test_a_verdict_tells_what_is_to_be_masked(taken) -> None:
    """Values known by their names are masked where they stand without them; in each finding too."""
    _, verdict = taken
    assert redactor_of(verdict.known).text(f"-l{BARE} {BASE} {ENV} {LEGACY}").count(MASK) == 4
    assert all(finding.known is verdict.known for finding in verdict.findings)
    assert "known" not in str(verdict.to_json())
    assert h.verdict().known == ()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("mysql -u root -pMyS3cretPw shop", f"mysql -u root -p{MASK} shop"),
        ("mysqldump -pMyS3cretPw -h db shop > x", f"mysqldump -p{MASK} -h db shop > x"),
        ("/usr/bin/mysqladmin -p'My S3' status", f"/usr/bin/mysqladmin -p'{MASK}' status"),
        ("... -u root -pMyS3cretPw shop", f"... -u root -p{MASK} shop"),
        ("sort -u -p x; set -u; mkdir -pv /x", "sort -u -p x; set -u; mkdir -pv /x"),
        ("mysql -P3306 -u root -p shop", "mysql -P3306 -u root -p shop"),
        ("mysql -u root -p$PW shop", "mysql -u root -p$PW shop"),
        ("psql -p5432 shop", "psql -p5432 shop"),
        ("apt-get install mysql-client && mkdir -pv /x", "apt-get install mysql-client && mkdir -pv /x"),
        ("cc -pthread -lmysqlclient", "cc -pthread -lmysqlclient"),
    ],
)  # fmt: skip
def test_a_password_in_one_with_its_option(text: str, shown: str) -> None:
    """The clients of MySQL and MariaDB take it so; psql's -p is a port."""
    assert Redactor().text(text) == shown
