"""What is offered in place of a word that was not understood: near ones, and no others."""

from __future__ import annotations

from pathlib import Path

import pytest

import diag
from diag.errors import InputError, UnknownPlatformError
from diag.near_files import logs_in
from diag.platforms import find_platform


@pytest.mark.parametrize(
    ("given", "meant"),
    [
        ("s390", "linux/s390x"),
        ("linux/amd46", "linux/amd64"),
        ("linus/arm64", "linux/arm64"),
        ("x86", "linux/amd64"),
        ("armv7", "linux/arm/v7"),
        ("mips", "linux/mips64le"),
    ],
)
def test_a_near_platform_is_offered(given: str, meant: str) -> None:
    """By its architecture, by the name that the engine normalises, never by an alias of it."""
    with pytest.raises(UnknownPlatformError) as raised:
        find_platform(given)
    assert f"did you mean {meant}" in str(raised.value.help)


@pytest.mark.parametrize("given", ["foo", "x", "linux/", "plan9/x", "windows/amd64", "wasm", ""])
def test_no_other_platform_is_offered(given: str) -> None:
    """`linux/` is common to all; those that are known are listed."""
    with pytest.raises(UnknownPlatformError) as raised:
        find_platform(given)
    assert str(raised.value.help).startswith("known: linux/amd64, linux/arm64, ")


@pytest.mark.parametrize("given", ["x", "a", "ob", "nonsense", ""])
def test_no_cause_is_offered_for_a_letter(given: str) -> None:
    """Some id holds it, and none of them is meant."""
    with pytest.raises(InputError) as raised:
        diag.explain(given)
    assert raised.value.help == "`diag explain` lists them all"


def test_a_folder_that_is_no_case_names_its_logs(tmp_path: Path) -> None:
    """Candidates and no guess: those of a build first, the others counted."""
    for name in ("a.log", "b.log", "c.log", "d.log", "my-build.log"):
        (tmp_path / name).write_text("x")
    logs = [str(tmp_path / name) for name in ("my-build.log", "a.log", "b.log")]
    assert logs_in(tmp_path) == f"logs in it: {', '.join(logs)}, 2 more"
    with pytest.raises(InputError) as raised:
        diag.open_case(tmp_path)
    assert raised.value.file == str(tmp_path)
    assert "the folder holds no case.toml" in raised.value.message
    assert str(raised.value.help).endswith(logs_in(tmp_path))
    assert "did you mean" not in str(raised.value.help)
    with pytest.raises(InputError, match="no such case"):
        diag.open_case(tmp_path / "absent")
