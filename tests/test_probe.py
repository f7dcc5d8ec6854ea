"""The probe: what real shells do with RUN scripts, and that no script can do harm."""

from __future__ import annotations

import os
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pandas as pd
import pytest

from diag import probe, schema
from diag.errors import InputError, SandboxError
from diag.flow import env_at
from diag.flow.names_of_interest import names_of_interest
from diag.flow.values import Copy
from diag.platforms import find_platform
from diag.probe import compare_flow_and_probe, filesystem, limits, records, sandbox, shells
from diag.probe import probe_env as _probe_env
from diag.probe.complaints import needs_of_complaints
from diag.probe.stub_names import needs_of_words
from diag.read.dockerfile import parse_dockerfile
from tests.tools import need

pytestmark = pytest.mark.sandbox

RECIPE = Path(__file__).parent.parent / "data" / "avx512-link" / "recipe"
ALL = probe.SHELLS
BASE = "-C link-arg=-Wl,--allow-multiple-definition"
GENERIC = f"{BASE} -C target-cpu=generic"
NO_AVX512 = f"{GENERIC} -C target-feature=-avx512f,-avx512cd,-avx512bw,-avx512dq,-avx512vl"


@pytest.fixture(autouse=True)
def _programs() -> None:
    need("bwrap", "dash", "bash", "busybox")


def probe_env(text: str, **options: object) -> pd.DataFrame:
    options.setdefault("platforms", ["linux/amd64"])
    return _probe_env(text.encode(), **options)  # type: ignore[arg-type]


def run(script: str, *, head: str = "ARG TARGETARCH\n", **options: object) -> pd.DataFrame:
    """The frame of a Dockerfile with one RUN here-document of this script."""
    return probe_env(f"FROM debian\n{head}RUN <<'END_OF_RUN'\n{script}\nEND_OF_RUN\n", **options)


def received(frame: pd.DataFrame, name: str, command: str = "cargo") -> dict[str, str | None]:
    """What the only call of a command receives, by shell: its value, or None where unset."""
    rows = frame[(frame["name"] == name) & (frame["command"] == command)]
    assert not rows.duplicated("shell").any(), "several calls"
    values = zip(rows["shell"], rows["status"], rows["value"], strict=True)
    return {shell: None if status == "unset" else value for shell, status, value in values}


def calls(frame: pd.DataFrame, shell: str = "dash") -> list[str]:
    rows = frame[frame["shell"] == shell].drop_duplicates(["run_no", "command_no"])
    return rows["argv_text"].tolist()


def same(value: str | None) -> dict[str, str | None]:
    return dict.fromkeys(ALL, value)


# --- the incident ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "amd64", "others"),
    [("old-form", BASE, BASE), ("before", NO_AVX512, GENERIC), ("after", NO_AVX512, GENERIC)],
)
def test_flags_reach_cargo_on_every_platform(form: str, amd64: str, others: str) -> None:
    """`case` opens no subshell: each form's flags reach `cargo build` on each platform; that all
    shells agree is the recording's (tests/test_scoping.py)."""
    names = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
    asked = {"platforms": names, "name": "RUSTFLAGS", "command": "cargo"}
    frame = _probe_env(RECIPE / f"Dockerfile.multiarch.{form}", shells=["dash"], **asked)
    schema.check(frame, "env")
    builds = frame[frame["argv_text"].str.startswith("cargo build")]
    assert len(builds) == len(names)
    for (_, platform), value in builds.set_index(["shell", "platform"])["value"].items():
        assert value == (amd64 if platform == "linux/amd64" else others)
    triples = builds["argv_text"].str.split().str[-1]
    targets = builds["platform"].map(lambda name: find_platform(name).rust_targets[0])
    assert triples.tolist() == targets.tolist(), "the file of an earlier RUN is read"
    flow = env_at(RECIPE / f"Dockerfile.multiarch.{form}", **asked)
    assert compare_flow_and_probe(flow, frame).empty
    lines = (RECIPE / f"Dockerfile.multiarch.{form}").read_text().splitlines()
    assert all("cargo build" in lines[number - 1] for number in builds["line_no"])


def test_an_unlisted_platform_fails_early_and_ends_differently_in_the_two_forms() -> None:
    """On riscv64 the first RUN exits 1; with `before` RUSTFLAGS is empty then, with `after` unset;
    the old form sets it without asking for the platform."""
    ends = {}
    for form in ("old-form", "before", "after"):
        frame = _probe_env(
            RECIPE / f"Dockerfile.multiarch.{form}",
            platforms=["linux/riscv64"],
            name="RUSTFLAGS",
            shells=["dash", "busybox-ash"],
        )
        build = frame[frame["argv_text"].str.startswith("cargo build")]
        assert set(build["condition"]) == {"the build stops before: RUN at line 24 exits 1"}
        ends[form] = set(build["status"].astype(str))
    assert ends == {"old-form": {"set"}, "before": {"empty"}, "after": {"unset"}}


# --- the loss table: each run in all four shells -----------------------------------------------

LOSSES = {
    "kept-after-case": ("case $TARGETARCH in amd64) export F=new;; esac; cargo", "new"),
    "kept-after-if": ("if [ $TARGETARCH = amd64 ]; then export F=new; fi; cargo", "new"),
    "kept-after-group": ("{ export F=new; }; cargo", "new"),
    "subshell": ("(export F=new); cargo", None),
    "pipeline-left": ("case $TARGETARCH in amd64) export F=new;; esac | tee /tmp/log; cargo", None),
    "pipeline-right": ("echo new | while read -r F; do export F; done; cargo", None),
    "command-substitution": ("x=$(export F=new); cargo", None),
    "background": ("export F=new & wait; cargo", None),
    "separate-shell": ("sh -c 'export F=new'; cargo", None),
    "not-exported": ("F=new; cargo", None),
    "prefix-of-other-command": ("F=new true && cargo", None),
    "no-branch-matched": ("case $TARGETARCH in ppc64le) export F=new;; esac; cargo", None),
    "platform-as-pattern": ("case $TARGETARCH in linux/amd64) export F=new;; esac; cargo", None),
    "env-cleared": ("export F=new; env -i PATH=$PATH cargo", None),
    "local": ("f() { local F=new; }; f; export F; cargo", None),
    "overridden-by-prefix": ("export F=new; F=OLD cargo", "OLD"),
    "quoted-not-expanded": ("B=x; export F='$B y'; cargo", "$B y"),
    "set-a": ("set -a; F=new; cargo", "new"),
    "eval": ("eval 'export F=new'; cargo", "new"),
    "function": ("f() { export F=new; }; f; cargo", "new"),
    "sourced": ("echo 'export F=new' > /tmp/e; . /tmp/e; cargo", "new"),
    "unset": ("export F=new; unset F; cargo", None),
    "empty": ("export F=; cargo", ""),
    "substitution-result": ("export F=$(printf %s new | tr n N); cargo", "New"),
}  # fmt: skip


def losses(scripts: dict[str, str]) -> dict[str, dict[str, str | None]]:
    """What `cargo KEY` receives as F, by key and shell. Each script has a subshell of its own."""
    parts = [f"(\n{script.replace('cargo', f'cargo {key}')}\n)" for key, script in scripts.items()]
    frame = run("\n".join(parts), name="F")
    frame["command"] = frame["argv_text"].str.removeprefix("cargo ")
    return {key: received(frame, "F", key) for key in scripts}


def test_the_loss_table_in_all_shells() -> None:
    """Each loss of the catalogue, and its look-alikes that lose nothing, alike in all shells."""
    seen = losses({key: script for key, (script, _) in LOSSES.items()})
    assert seen == {key: same(value) for key, (_, value) in LOSSES.items()}


def test_losses_where_shells_differ() -> None:
    """A prefix on a special builtin persists in POSIX shells; only bash --posix exports it too.
    Where F was exported before, bash alone forgets the prefix."""
    seen = losses({"new": "F=new : && cargo", "exported": "export F=old; F=new : && cargo"})
    assert seen == {
        "new": {**same(None), "bash-posix": "new"},
        "exported": {**same("new"), "bash": "old"},
    }


def test_losses_where_versions_differ() -> None:
    """`export F=$x` cuts at the first space in dash before 0.5.11; a quoted one nowhere."""
    seen = losses({"bare": "x='new old=1'; export F=$x; cargo", "quoted": "x='a b'; export F=\"$x\"; cargo"})  # fmt: skip
    assert seen["quoted"] == same("a b")
    cut = {shell for shell, value in seen["bare"].items() if value == "new"}
    assert cut <= {"dash"}
    assert set(seen["bare"].values()) <= {"new", "new old=1"}


def test_losses_of_the_dockerfile() -> None:
    """A RUN apart, an ARG not declared, declared late or of another stage; ENV keeps exporting."""
    frame = probe_env(
        "ARG G=g\nFROM debian AS one\nARG L=l\nENV E=e\nRUN export R=r\nRUN cargo one\n"
        "FROM debian AS two\nRUN cargo two\nARG G\nRUN cargo three\nENV E=e\nRUN E=f; cargo four\n",
    )
    table = frame[frame["shell"] == "dash"].pivot(index="argv_text", columns="name", values="value")
    got = table.astype(object).where(table.notna(), None).to_dict("index")
    assert got == {
        "cargo one": {"G": None, "L": "l", "E": "e", "R": None},
        "cargo two": {"G": None, "L": None, "E": None, "R": None},
        "cargo three": {"G": "g", "L": None, "E": None, "R": None},
        "cargo four": {"G": "g", "L": None, "E": "f", "R": None},
    }


# --- what is recorded -------------------------------------------------------------------------


def test_calls_are_recorded_in_the_order_of_the_script() -> None:
    """Loops, pipelines, background and a last command run by exec do not disturb the order."""
    frame = run(
        "for i in 1 2 3; do make $i; done\n"
        "{ git a; git b; } | tar c | { gzip d; gzip e; }\n"
        "(curl f; curl g) & wait\n"
        "x=$(rustc h)\n"
        "env A=1 nice timeout 9 ninja i\n"
        "echo j k | xargs -n1 cmake\n"
        "exec cargo l",
        name="A",
    )
    expected = "make 1,make 2,make 3,git a,git b,tar c,gzip d,gzip e,curl f,curl g,rustc h,ninja i,cmake j,cmake k,cargo l"
    for shell in ALL:
        assert calls(frame, shell) == expected.split(","), shell
    assert received(frame, "A", "ninja") == same("1")


def test_line_numbers_point_at_the_command() -> None:
    """Same command words on different lines, a computed word, and a word behind a prefix."""
    frame = probe_env(
        "FROM debian\nARG TOOL=x86-gcc\nRUN cargo fetch && \\\n    A=1 \\\n    cargo build && \\\n"
        "    ${TOOL} -v && \\\n    cargo test\n",
        shells=["dash"],
        name="A",
    )
    assert list(zip(frame["argv_text"], frame["line_no"], strict=True)) == [
        ("cargo fetch", 3), ("cargo build", 5), ("x86-gcc -v", 6), ("cargo test", 7),
    ]  # fmt: skip


def test_arguments_and_values_survive_whole() -> None:
    """Newlines, quotes, non-ASCII text and bytes that are no UTF-8 arrive as they are."""
    frame = run('export F="$(printf \'a\\nb "c" \\303\\244 $x\')"; cargo "x y" \'\'', name="F")
    assert received(frame, "F") == same('a\nb "c" ä $x')
    assert set(frame["argv_text"]) == {"cargo 'x y' ''"}


def test_commands_by_path_by_computed_name_and_after_cd() -> None:
    """A path, a name made at run time, a cloned folder's script: all recorded, and told."""
    frame = run(
        "/usr/local/cargo/bin/cargo one\nT=riscv; ${T}64-gcc two\n"
        "git clone u && cd u && ./configure three\n/opt/x/$T four; PATH=/bin; ${T}-ar five",
        name="F",
    )
    for shell in ALL:
        assert [line.split("/")[-1] for line in calls(frame, shell)] == [
            "cargo one", "riscv64-gcc two", "git clone u", "configure three", "riscv four",
            "riscv-ar five",
        ], shell  # fmt: skip
    told = " ".join(note["text"] for note in frame.attrs["notes"])
    assert "./configure" in told
    assert "u" in told


def test_a_script_written_by_the_dockerfile_runs_for_real() -> None:
    """What a RUN or a COPY here-document writes is no stub; what it calls is recorded."""
    frame = probe_env(
        "FROM debian AS a\nCOPY <<EOF /tool.sh\nexport F=file\nEOF\n"
        "RUN printf '#!/bin/sh\\nF=own cargo two\\n' > /t && chmod +x /t && . /tool.sh && cargo one && /t\n"
        "FROM debian\nCOPY --from=a /tool.sh /x/\nCOPY --from=a /t /\nRUN . /x/tool.sh; cargo three; rm /t\n"
        "RUN cat /t || cargo four\n",
        name="F",
    )
    for shell in ALL:
        rows = frame[(frame["shell"] == shell) & (frame["command"] == "cargo")]
        assert list(zip(rows["argv_text"], rows["value"].fillna("-"), strict=True)) == [
            ("cargo one", "file"), ("cargo two", "own"), ("cargo three", "file"), ("cargo four", "-"),
        ], shell  # fmt: skip


@pytest.mark.parametrize(
    "platform", ["linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64"]
)
def test_the_stage_answers_with_its_own_architecture(platform: str) -> None:
    """uname, arch and dpkg tell the stage's platform, in busybox too, and are not counted."""
    known = find_platform(platform)
    frame = probe_env(
        "FROM debian\nRUN M=$(uname -m) A=$(arch) D=$(dpkg --print-architecture) S=$(/bin/uname -sm) cargo\n"
        "FROM --platform=$BUILDPLATFORM debian\nRUN M=$(uname -m) make\n",
        platforms=[platform],
    )
    for name, value in (("M", known.uname), ("A", known.uname), ("D", known.debian)):
        assert received(frame, name) == same(value)
    assert received(frame, "S") == same(f"Linux {known.uname}")
    assert received(frame, "M", "make") == same("x86_64")


def test_unknown_base_environment_stays_unknown() -> None:
    """What is made of the base image's PATH or HOME is unknown, unless the user gives it."""
    text = 'FROM rust\nENV PATH=/x:$PATH\nRUN export P="$PATH:/y" H=$HOME/z C=$CARGO_HOME; cargo\n'
    frame = probe_env(text, shells=["dash"])
    assert set(frame["name"]) == {"PATH", "P", "H", "C"}
    assert set(frame["status"]) == {"unknown"}
    given = probe_env(text, shells=["dash"], base_env={"PATH": "/bin", "HOME": "/r"})
    assert dict(zip(given["name"], given["value"], strict=True)) == {
        "PATH": "/x:/bin", "P": "/x:/bin:/y", "H": "/r/z", "C": "",
    }  # fmt: skip


def test_exec_form_and_foreign_shells() -> None:
    """An exec form has no shell to expand for it; a SHELL that is none is skipped, and told;
    a SHELL that names bash gets bash, whatever sh is."""
    frame = probe_env(
        'FROM debian\nENV F=f\nRUN ["cargo", "$F"]\nSHELL ["powershell", "-Command"]\nRUN cargo x\n'
        'SHELL ["/bin/bash", "-euo", "pipefail", "-c"]\nRUN A=(b c); make ${A[1]}; cargo $NOTHING; make\n',
        name="F",
        shells=["dash", "bash"],
    )
    assert calls(frame, "dash") == calls(frame, "bash") == ["cargo '$F'", "make c"]
    assert [n["line_no"] for n in frame.attrs["notes"] if "powershell" in n["text"]] == [5, 5]


def test_names_of_interest() -> None:
    """Every name that ARG, ENV, the shell or `env` assigns, and platform arguments mentioned, in
    the order of the file; words that only look like assignments are none."""
    text = (
        "ARG A B=\"x y=1\"\nFROM debian\nENV C=1 D='e f=2'\nENV OLD some words=3\n"
        "RUN E=1 make F=2 -DG=3 && export H I=4 && read -r J && for K in 1; do :; done\n"
        "RUN echo ${L:=5} $TARGETARCH; env N=7 cargo; echo 'unset O'\n"
        "COPY <<X /x\nP=8\nX\nONBUILD ARG Q\nONBUILD RUN R=9\n"
    )
    names = names_of_interest(parse_dockerfile(text, "Dockerfile"))
    assert names == (*"ABCD", "OLD", *"EHIJKL", "TARGETARCH", *"NPQR")


# --- hostile scripts --------------------------------------------------------------------------

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


# --- refusals ---------------------------------------------------------------------------------


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


# --- files ------------------------------------------------------------------------------------


def test_a_file_that_is_read_is_no_program() -> None:
    """bash complains of both in the same words; a redirection is told by the script."""
    frame = run("while read -r a; do export F=$a; done < /etc/x; cargo $F", name="F")
    assert set(frame["status"]) == {"unknown"}
    assert set(frame["argv_text"]) == {"cargo <unknown>"}


def test_copies_after_the_last_run_reach_the_children() -> None:
    """A stage is what it is when it ends, not when its last RUN does."""
    text = (
        "FROM a AS p\nRUN true\nCOPY <<E /v\nnew\nE\nFROM p\nRUN F=$(cat /v) cargo child\n"
        "FROM b\nCOPY --from=p /v /w\nRUN F=$(cat /w) cargo other\n"
    )
    assert list(probe_env(text, name="F", shells=["dash"])["value"]) == ["new", "new"]


def test_a_script_with_a_first_line_of_its_own() -> None:
    """`#!` chooses the interpreter, also by way of env, and its option counts."""
    text = (
        "FROM a\nRUN <<E\n#!/usr/bin/env bash\nx=(a b)\ncargo ${x[1]}\nE\n"
        "RUN <<E\n#!/bin/bash -e\ncargo c\nfalse\ncargo d\nE\n"
    )
    assert calls(probe_env(text, name="F", shells=["dash"])) == ["cargo b", "cargo c"]


# --- parts ------------------------------------------------------------------------------------


def test_busybox_prefers_the_stubs() -> None:
    """An applet of busybox (wget, tar, uname) does not run in place of a stub."""
    frame = run("wget one; tar two; command unzip three; exec ar four", name="F", shells=["busybox-ash"])  # fmt: skip
    assert calls(frame, "busybox-ash") == ["wget one", "tar two", "unzip three", "ar four"]


def test_complaints_of_each_shell_are_understood() -> None:
    """What is not found is learned from the words of each shell and wrapper; tools of the kit's
    own are no business of it."""
    output = (
        "dash: 1: aa: not found\n/usr/bin/bash: line 2: bb: command not found\n/usr/bin/ash: cc: not found\n/usr/bin/ash: exec: line 4: kk: not found\n"
        "env: 'dd': No such file or directory\nbash: line 1: ./ee: No such file or directory\n"
        "dash: 3: /ff: not found\ndash: 1: cd: can't cd to gg\nbash: line 1: cd: hh: No such file or directory\n"
        "cat: ii: No such file or directory\ndash: 1: sed: not found\ntimeout: failed to run command 'jj': No such file or directory\n"
    )
    found = needs_of_complaints(output)
    assert found.names == {"aa", "bb", "cc", "dd", "jj", "kk"}
    assert (found.paths, found.programs, found.folders) == ({"/ff"}, {"./ee"}, {"gg", "hh"})


def test_words_that_may_be_commands() -> None:
    """Called paths get stubs, written ones do not; builtins and text tools never."""
    script = "A=1 /opt/a x && if /opt/b; then exec /opt/c; fi; cat > /opt/d; /opt/d; sed x; [ y ]"
    found = needs_of_words([script], [script])
    assert found.paths == {"/opt/a", "/opt/b", "/opt/c"}
    assert not {"sed", "cat", "exec", "if", "["} & (found.names - {"if"})


def test_copies_follow_the_engine() -> None:
    """A file keeps its name in a folder, a folder gives its content, what is absent gives nothing."""
    layer = filesystem.Layer()
    layer.add_folder("d")
    layer.add_file("d/f", b"text")
    root = bytes(layer)
    copied = filesystem.with_copies(
        b"",
        [
            Copy("/to/", "/d/f", 0),
            Copy("/as", "/d/f", 0),
            Copy("/all/", "/d", 0),
            Copy("/none", "/absent", 0),
            Copy("/other", "/d/f", 7),
            Copy("/doc", text="body"),
            Copy("/context", "file"),
        ],
        {0: root},
    )
    assert filesystem.paths_of(copied) == {"/to/f", "/as", "/all/f", "/doc"}


def test_half_written_records_are_counted() -> None:
    """A record without its environment is no call, but it is counted."""
    whole = {"7.call": b"3 7\0/\0/.probe/stubs/cargo\0b\0", "7.env": b"A=1\0B\0A=2\0"}
    found, n_calls = records.read_calls({**whole, "8.call": b"3 8\0/\0make\0"}, 10)
    assert [call.argv for call in found] == [("cargo", "b")]
    assert found[0].env == {"A": "1"}
    assert n_calls == 2


def test_spoilt_tar_gives_what_stands_before_the_fault() -> None:
    """A tar that ends early or is no tar never raises."""
    layer = filesystem.Layer()
    layer.add_file("a", b"x" * 600)
    layer.add_file("b", b"y")
    assert filesystem.split(b"garbage" * 1000) == ({}, b"")
    _, root = filesystem.split(bytes(layer)[:1600] + b"\xff" * 700)
    assert filesystem.paths_of(root) == {"/a"}


def test_compare_lists_what_differs() -> None:
    """Equal rows vanish; other values, unknown and absent commands are rows, one a shell."""
    frame = run("export F=f\nG=g cargo\nmake", shells=["dash", "bash"])
    flow = frame[frame["shell"] == "dash"].drop(columns="shell")
    assert compare_flow_and_probe(flow, frame).empty
    changed = flow.copy()
    changed.loc[(changed["name"] == "G") & (changed["command"] == "cargo"), "value"] = "other"
    differences = compare_flow_and_probe(changed[changed["command"] == "cargo"], frame)
    told = differences[["name", "shell", "flow_status", "flow_value", "probe_status"]]
    assert told[told["shell"] == "dash"].fillna("-").values.tolist() == [
        ["G", "dash", "set", "other", "set"],
        ["TARGETARCH", "dash", "absent", "-", "set"],
        ["F", "dash", "absent", "-", "set"],
        ["G", "dash", "absent", "-", "unset"],
    ]
    assert set(differences["line_no"]) == {5, 6}


def test_compare_knows_ways_not_taken() -> None:
    """A command of the flow on a branch that the probe did not take is no difference, an
    unconditional one is; of several ways one must be the probe's."""
    frame = run("cargo a\nmake", name="F", shells=["dash"])
    flow = frame.drop(columns="shell")
    other = flow.assign(command_no=flow["command_no"] + 2)
    taken = pd.concat([flow, other.assign(condition="x holds")])
    assert compare_flow_and_probe(taken, frame).empty
    missed = pd.concat([flow, other.assign(condition="the build stops before: RUN")])
    assert set(compare_flow_and_probe(missed, frame)["command_no"]) == {3, 4}
    ways = pd.concat([flow.assign(path_no=2, status="set", value="v"), flow])
    assert compare_flow_and_probe(ways, frame).empty
