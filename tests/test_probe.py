"""The probe: what it records of each command that real shells run, and its parts by themselves."""

from __future__ import annotations

import pandas as pd
import pytest

from diag.flow.names_of_interest import names_of_interest
from diag.flow.values import Copy
from diag.platforms import find_platform
from diag.probe import compare_flow_and_probe, filesystem, records
from diag.probe.complaints import needs_of_complaints
from diag.probe.stub_names import needs_of_words
from diag.read.dockerfile import parse_dockerfile
from tests.probe_runs import ALL, calls, probe_env, received, run, same

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox_programs")]

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
