"""No script can do harm: it ends within its limits, and nothing of this machine is seen or kept."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from diag.errors import SandboxError
from diag.probe import limits, sandbox
from tests.probe_runs import calls, probe_env, run

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox_programs")]

SMALL = limits.Limits(wall_seconds=1, disk=8 << 20, file_size=2 << 20, output=1000, processes=20)

HOSTILE = {
    "endless-loop": "while :; do :; done",
    "fork-bomb": "f() { f | f & }; f; sleep 5",
    "fill-a-file": "yes > /tmp/file",
    "fill-the-disk": "i=0; while :; do i=$((i+1)); yes | head -c 1000000 > /tmp/$i || break; done",
    "ten-gigabytes": "truncate -s 10G /tmp/a; head -c 10000000000 /dev/zero > /dev/shm/b",
    "output": "yes",
    "kill-all": "kill -9 -1",
    "kill-supervisor": "kill -9 1; kill -9 $PPID",
    "memory": "x=a; while :; do x=$x$x$x$x; done",
    "remove-all": "rm -rf --no-preserve-root /* /.probe/* 2>/dev/null; cd /; rm -rf *",
    "close-streams": "exec 0<&- 1>&- 2>&-; ls > /proc/1/fd/1",
    "garbage-into-results": "exec 2>/dev/null; for f in /proc/*/fd/*; do echo garbage > $f; done",
    "ignore-signals": "trap '' TERM INT HUP; sleep 60",
    "orphans": "(trap '' TERM HUP; sleep 60 &) ; (while :; do :; done) &",
    "deep-folders": "cd /tmp; i=0; while [ $i -lt 300 ]; do mkdir d; cd d || exit; i=$((i+1)); done",
    "strange-files": "mkfifo /tmp/p; ln -s /etc/shadow /tmp/s; ln -s / /tmp/r; ln -s /proc /src; :> \"$(printf '/tmp/\\n\\377')\"",
}  # fmt: skip


def _survivors(script: str) -> list[str]:
    text = f"FROM debian\nRUN <<'E'\ncargo before\n{script}\nE\nRUN cargo after\n"
    return calls(probe_env(text, name="F", shells=["dash"], limits=SMALL))


def test_hostile_scripts_are_harmless() -> None:
    """Each ends within its limits, what was recorded before stands, later RUNs are probed, and
    nothing of it is left running."""
    with ThreadPoolExecutor(4) as pool:
        seen = dict(zip(HOSTILE, pool.map(_survivors, HOSTILE.values()), strict=True))
    expected = {key: ["cargo before", "cargo after"] for key in HOSTILE}
    # It removes the records of its own calls, and only those.
    expected["remove-all"] = ["cargo after"]
    assert seen == expected
    # Another test's sandbox may be running beside this one; what is left over stays for good.
    assert any(_processes_of_sandbox() == [] or time.sleep(0.05) for _ in range(400))


def _processes_of_sandbox() -> list[str]:
    found = []
    for entry in Path("/proc").iterdir():
        try:
            if entry.name.isdigit() and entry.stat().st_uid == sandbox.SANDBOX_USER:
                found.append((entry / "cmdline").read_text())
        except OSError:
            continue
    return found


@pytest.mark.parametrize(
    ("limit", "script", "tight"),
    [
        ("memory", "x=$(yes | head -c 60000000); sleep 30", {"resident": 40 << 20}),
        ("files", "for i in 1 2 3 4 5 6 7 8 9; do truncate -s 2M /tmp/$i; done", {"disk": 8 << 20}),
    ],
)
def test_a_limit_of_all_processes_or_files_ends_the_sandbox(
    limit: str, script: str, tight: dict[str, int]
) -> None:
    """Many processes or sparse files may each keep their limit: the sum has one, and it is told;
    the next RUN starts from the files before."""
    text = f"FROM debian\nRUN cargo 1; touch /kept\nRUN {script}\nRUN cat /kept && cargo 2\n"
    frame = probe_env(text, name="F", shells=["dash"], limits=limits.Limits(**tight))
    assert calls(frame) == ["cargo 1", "cargo 2"]
    told = [(note["line_no"], note["text"]) for note in frame.attrs["notes"]]
    assert told == [
        (3, f"stopped at the limit of {limit}: its files and later calls are not known")
    ]


def test_an_ordinary_user_can_probe() -> None:
    """Where user namespaces are allowed, no privilege is needed (else: the one clear refusal)."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setgid(64_777)
                os.setuid(64_777)
            sandbox.check_sandbox.cache_clear()
            told = ",".join(calls(run("cargo $(id -u)", name="F", shells=["dash"])))
        except SandboxError as error:
            told = f"refused: {error}"
        except BaseException as error:
            told = f"failed: {error!r}"
        os.write(writer, told.encode())
        os._exit(0)
    os.waitpid(child, 0)
    told = os.read(reader, 10_000).decode()
    os.close(reader)
    os.close(writer)
    assert told == "cargo 0" or told.startswith("refused: bubblewrap makes no sandbox here")


def test_nothing_of_this_machine_is_seen(tmp_path: Path) -> None:
    """Its files cannot be read or written, its network, processes and name are not there."""
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        frame = run(
            f"A=$(cat /etc/shadow {secret} /root/.* /home/*/* 2>/dev/null) B=$(ls /proc | grep -c '^[0-9]') "
            f"C=$(cat /proc/net/dev | grep -vc lo:) D=$(bash -c 'echo x > /dev/tcp/127.0.0.1/{port}' && echo yes) "
            f"E=$(echo x > {secret}) G=$(touch /.probe/own/x /usr/bin/cat && echo yes) "
            "H=$(ls /sys /boot /.probe/own/../../home | wc -l) cargo",
            shells=["dash"],
        )
        row = frame.set_index("name")["value"].fillna("-")
        assert row["A"] == ""
        assert int(row["B"]) < 8
        assert row["C"] == "2"
        assert (row["D"], row["G"]) == ("", "")
        server.settimeout(0)
        with pytest.raises(BlockingIOError):
            server.accept()
    assert secret.read_text() == "a secret"


def test_no_capabilities_and_no_new_namespaces() -> None:
    """The script is user 0 of its own namespace, without any capability."""
    frame = run("export C=$(grep CapEff /proc/self/status) U=$(id -u) M=$(mkdir /proc/x 2>&1 || echo no); cargo", shells=["dash"])  # fmt: skip
    row = frame.set_index("name")["value"]
    assert row["C"].split() == ["CapEff:", "0" * 16]
    assert row["U"] == "0"
    assert row["M"].endswith("no")
