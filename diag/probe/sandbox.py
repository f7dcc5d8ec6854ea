"""One command in a throwaway root under bubblewrap, with limits: the only place that executes.

The root is a tmpfs of limited size; this machine's files are not in it, beside copies of a few
programs and libraries, all read-only. There is no network, no other process, no capability.
Started by root, the sandbox belongs to a user of its own, since limits on processes do not bind
root; inside, it is user 0, as in a container.
"""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from diag.errors import SandboxError
from diag.probe import scripts
from diag.probe.limits import DEFAULT_LIMITS, Limits
from diag.probe.pump import Pump
from diag.probe.shells import find_program
from diag.probe.toolbox import Toolbox, toolbox

# A number that no package gives to anyone, below those of subordinate users.
SANDBOX_USER = 64_901

_HELP = (
    "help: apt-get install bubblewrap; in a container, allow user namespaces (on Ubuntu: "
    "sysctl kernel.apparmor_restrict_unprivileged_userns=0); nothing is run outside a sandbox"
)
_NAMESPACES = (
    "--unshare-all", "--unshare-user", "--uid", "0", "--gid", "0", "--die-with-parent",
    "--new-session", "--as-pid-1", "--hostname", "buildkitsandbox", "--clearenv",
)  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """What came of one command. `files` is the root afterwards as tar, records first.

    `cut` says which limit of the whole sandbox ended it: time, memory, files; empty if none did.
    `exit_code` is the sandbox's own: not 0 where it could not do its work (the command's is in
    the records). `output` is what the command printed, both streams, shortened.
    """

    exit_code: int
    cut: str
    files: bytes
    output: bytes


def run(
    command: Sequence[str], files: bytes, *, workdir: str = "/", limits: Limits = DEFAULT_LIMITS
) -> Outcome:
    """Run `command` (paths inside the sandbox) in a root unpacked from the tar `files`.

    Raises SandboxError where bubblewrap is absent or makes no sandbox.
    """
    box = check_sandbox(limits)
    return _run(box, command, files, workdir, limits)


@lru_cache(maxsize=4)
def check_sandbox(limits: Limits = DEFAULT_LIMITS) -> Toolbox:
    """The toolbox, after a trial run; SandboxError says what is missing or refused."""
    if os.name != "posix" or find_program("bwrap") is None:
        raise SandboxError(f"bubblewrap (bwrap) is not installed here\n  {_HELP}")
    box = toolbox(limits)
    trial = [f"{scripts.OWN}/sh", "-c", f"{scripts.OWN}/cat /proc/self/stat | {scripts.OWN}/cat"]
    outcome = _run(box, trial, b"\0" * 10240, "/", limits)
    if outcome.exit_code != 0 or outcome.cut or b"cat" not in outcome.output:
        told = outcome.output.decode(errors="replace").strip().splitlines()
        reason = told[0][:200] if told else f"exit status {outcome.exit_code}"
        raise SandboxError(f"bubblewrap makes no sandbox here: {reason}\n  {_HELP}")
    return box


def _run(
    box: Toolbox, command: Sequence[str], files: bytes, workdir: str, limits: Limits
) -> Outcome:
    supervisor = [f"{scripts.OWN}/sh", f"{scripts.OWN}/supervise", workdir]
    argv = [*_bwrap(box, limits), "--", *supervisor, f"{limits.wall_seconds:g}", *command]
    user = SANDBOX_USER if os.geteuid() == 0 else None
    try:
        process = subprocess.Popen(
            argv,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
            env={},
            cwd="/",
            user=user,
            group=user,
            extra_groups=None if user is None else [],
        )
    except OSError as error:
        return Outcome(126, "", b"", str(error).encode())
    try:
        result = Pump(process, files, limits)
    finally:
        _end(process)
    return Outcome(process.returncode, result.cut, bytes(result.out), bytes(result.err))


def _end(process: subprocess.Popen[bytes]) -> None:
    """Kill bubblewrap and with it, as it is the parent of their process 1, all inside."""
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            stream.close()


@lru_cache(maxsize=4)
def _bwrap(box: Toolbox, limits: Limits) -> tuple[str, ...]:
    argv = [str(find_program("bwrap")), *_NAMESPACES]
    if b"--disable-userns" in subprocess.run([argv[0], "--help"], capture_output=True).stdout:
        argv.append("--disable-userns")
    argv += ["--size", str(limits.disk), "--tmpfs", "/"]
    argv += ["--symlink", "usr/bin", "/bin", "--symlink", "usr/sbin", "/sbin"]
    for name in ("lib", "lib64"):
        if Path("/", name).is_symlink():
            argv += ["--symlink", f"usr/{name}", f"/{name}"]
    for place, file in box.libraries:
        argv += ["--ro-bind", file, place]
    argv += ["--ro-bind", str(box.own), scripts.OWN]
    argv += ["--ro-bind", str(box.tool_folder), scripts.TOOLS]
    # Devices lie in a tmpfs of their own, which has no size to set: it becomes read-only.
    argv += ["--proc", "/proc", "--dev", "/dev", "--size", str(limits.disk // 8)]
    return (*argv, "--tmpfs", "/dev/shm", "--remount-ro", "/dev")
