"""What the probe refuses, and says first: no sandbox, no shell, no usable input."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag import probe
from diag.errors import InputError, SandboxError
from diag.probe import sandbox, shells
from tests.probe_runs import ALL, probe_env, run

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox_programs")]


def test_refuses_without_bubblewrap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where bwrap is absent nothing is run: one error that names the package."""
    monkeypatch.setattr(sandbox, "find_program", lambda name: None)
    sandbox.check_sandbox.cache_clear()
    try:
        with pytest.raises(SandboxError, match="apt-get install bubblewrap"):
            run("cargo")
    finally:
        sandbox.check_sandbox.cache_clear()


def test_refuses_where_bubblewrap_makes_no_sandbox(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A bwrap that fails gives its reason and a help, and nothing is run."""
    fake = tmp_path / "bwrap"
    fake.write_text("#!/bin/sh\necho 'bwrap: No permissions to create new namespace' >&2\nexit 1\n")
    fake.chmod(0o755)
    tmp_path.chmod(0o755)
    monkeypatch.setattr(sandbox, "find_program", lambda name: fake)
    sandbox.check_sandbox.cache_clear()
    sandbox._bwrap.cache_clear()
    try:
        with pytest.raises(SandboxError, match=r"(?s)no sandbox here.*help:"):
            run("cargo")
    finally:
        sandbox.check_sandbox.cache_clear()
        sandbox._bwrap.cache_clear()


def test_absent_shells(monkeypatch: pytest.MonkeyPatch) -> None:
    """A shell that was asked for and is absent is an error, else it is skipped and said."""
    find = shells.find_program
    monkeypatch.setattr(shells, "find_program", lambda n: None if n == "busybox" else find(n))
    with pytest.raises(SandboxError, match="busybox-static"):
        run("cargo", shells=["dash", "busybox-ash"])
    frame = run("cargo", name="F")
    assert list(dict.fromkeys(frame["shell"])) == ["dash", "bash", "bash-posix"]
    assert frame.attrs["absent_shells"] == ["busybox-ash"]
    with pytest.raises(SandboxError, match="known: dash"):
        run("cargo", shells=["zsh"])


def test_unusable_input_is_told_before_anything_runs() -> None:
    """An unknown platform, a Dockerfile that does not parse."""
    with pytest.raises(InputError, match="unknown platform"):
        run("cargo", platforms=["linux/none"])
    with pytest.raises(InputError):
        probe_env("FROM\nRUN x\n")


def test_versions_name_each_shell() -> None:
    """Versions are those of the shells that are here."""
    versions = probe.shell_versions()
    assert set(versions) == set(ALL)
    assert "BusyBox" in versions["busybox-ash"]
    assert versions["bash"].startswith("bash 5")
