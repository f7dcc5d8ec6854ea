"""The page says truly how it is made again: the command as typed, for a shell, without secrets."""

from __future__ import annotations

import html
import re
import shlex
from pathlib import Path

import pytest

from diag.cli import main
from diag.show.report import report_page
from tests import handmade as h
from tests.buildlog_samples import PLAIN

TOKEN = "ghp_" + "a1B2" * 9


def made(folder: Path, *words: str) -> tuple[str, str]:
    """The command that the page of an investigation tells, and its whole last section."""
    (folder / "build log.log").write_text(PLAIN)
    page = folder / "page.html"
    with pytest.raises(SystemExit):
        main(["investigate", str(folder / "build log.log"), *words, "--html", str(page)])
    section = page.read_text().partition('<h2 id="again">')[2].partition("</main>")[0]
    found = re.search(r"<pre[^>]*>(.*?)</pre>", section, re.DOTALL)
    assert found is not None
    return html.unescape(found[1]).replace("\\\n", ""), section


def test_the_command_is_the_one_that_was_typed(tmp_path: Path) -> None:
    """Every word of it, quoted so that a shell takes it apart again."""
    words = ("--claim", "library-not-linked", "--build-arg", "FLAGS=-O2 -g it's")
    told, section = made(tmp_path, *words)
    log, page = str(tmp_path / "build log.log"), str(tmp_path / "page.html")
    assert shlex.split(told) == ["diag", "investigate", log, *words, "--html", page]
    assert "..." not in section
    assert "Fill in" not in section


@pytest.mark.parametrize(
    "words",
    [
        ("--build-arg", "NPM_TOKEN=xy"),
        ("--build-arg=NPM_TOKEN=xy",),
        ("--build-arg", f"X={TOKEN}"),
        ("--build-arg", "API_PASSWORD=hunter2hunter2", "--base-env", "Y=hunter2hunter2"),
    ],
)
def test_its_secrets_are_masked(words: tuple[str, ...], tmp_path: Path) -> None:
    """By their name, by their form, and where the value of one stands elsewhere; it is said."""
    told, section = made(tmp_path, *words)
    assert "[masked]" in told
    assert "Fill in what is masked in it." in section
    for secret in ("=xy", TOKEN, "hunter2"):
        assert secret not in told
    assert not re.search(r"=xy\b", made(tmp_path, *words)[0])
    assert words[-1] in made(tmp_path, *words, "--no-redact")[0]


def test_the_home_folder_is_a_tilde_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell had put the path of the home folder in its place."""
    monkeypatch.setenv("HOME", str(tmp_path))
    told, _ = made(tmp_path)
    assert told == "diag investigate ~/'build log.log' --html ~/page.html"


def test_without_a_command_the_page_tells_no_command() -> None:
    """From Python there is none; an ellipsis that nobody can run is no answer."""
    page = report_page(h.case(), h.verdict())
    section = page.partition('<h2 id="again">')[2]
    assert "write_report(path, case)" in section
    assert "diag investigate" not in section
    assert "make report" in report_page(h.case(), h.verdict(), command="make report")
