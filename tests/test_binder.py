"""The Binder badge: the address of this clone's remote in the form that BinderHub documents."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from binder import FIRST, HUB, MARKS, READMES, badge, launch_url, with_badge

ROOT = Path(__file__).resolve().parent.parent

COMMIT = "0123456789abcdef0123456789abcdef01234567"
END = "?labpath=notebooks%2Finvestigate.ipynb"


@pytest.mark.parametrize(
    ("remote", "where"),
    [
        ("https://github.com/someone/kit.git", "gh/someone/kit/HEAD"),
        ("https://github.com/someone/kit", "gh/someone/kit/HEAD"),
        ("https://github.com/someone/kit/", "gh/someone/kit/HEAD"),
        ("git@github.com:someone/kit.git", "gh/someone/kit/HEAD"),
        ("ssh://git@github.com:22/someone/kit.git", "gh/someone/kit/HEAD"),
        ("https://user:token@github.com/someone/kit.git", "gh/someone/kit/HEAD"),
        ("git@gitlab.com:group/part/kit.git", "gl/group%2Fpart%2Fkit/HEAD"),
        ("https://code.example.org/a/kit.git", f"git/https%3A%2F%2Fcode.example.org%2Fa%2Fkit/{COMMIT}"),
        ("git@code.example.org:a/kit.git", f"git/https%3A%2F%2Fcode.example.org%2Fa%2Fkit/{COMMIT}"),
    ],
)  # fmt: skip
def test_a_public_remote_has_its_address(remote: str, where: str) -> None:
    """By provider, as documented; a name or token in the remote is not in the badge."""
    url = launch_url(remote, COMMIT)
    assert url == f"{HUB}/v2/{where}{END}"
    assert "token" not in badge(url)


@pytest.mark.parametrize(
    "remote", ["", "/srv/git/kit.git", "../kit", "file:///srv/kit", "C:\\kit", "localhost:kit",
               "https://localhost/kit"],
)  # fmt: skip
def test_what_no_server_can_clone_has_none(remote: str) -> None:
    """A folder of this machine is no address: nothing is invented in its place."""
    assert launch_url(remote, COMMIT) is None


def test_the_badge_stands_between_its_marks() -> None:
    """In both READMEs, once; to write it again changes nothing."""
    url = f"{HUB}/v2/gh/someone/kit/HEAD{END}"
    for name in READMES:
        text = (ROOT / name).read_text(encoding="utf-8")
        assert len(MARKS.findall(text)) == 1
        once = with_badge(text, url)
        assert badge(url) in once
        assert with_badge(once, url) == once


def test_a_badge_that_is_there_leads_to_a_notebook_that_is_there() -> None:
    """Whatever the owner: its form is a documented one, and the first notebook exists."""
    for name in READMES:
        (held,) = MARKS.findall((ROOT / name).read_text(encoding="utf-8"))
        for url in re.findall(r"\((https://mybinder\.org/v2/[^)]+)\)", held):
            assert re.fullmatch(rf"{HUB}/v2/(?:gh/[^/]+/[^/]+|gl/[^/]+|git/[^/]+)/[\w.-]+{re.escape(END)}", url)  # fmt: skip
    assert (ROOT / FIRST).is_file()
