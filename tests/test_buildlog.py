"""Formats, steps and lines of build logs."""

from __future__ import annotations

import base64
import bz2
import gzip
import io
import json
import lzma
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.errors import InputError
from diag.read.buildkit_names import parse_step_name, target_platforms
from diag.read.linkers import read_build_log, read_link_errors, read_log, read_log_lines
from tests.buildlog_samples import check_piece

DATA = Path(__file__).parent.parent / "data" / "avx512-link"
NAMES = [
    "[internal] load build definition from Dockerfile",
    "[linux/amd64 base 1/1] FROM docker.io/library/debian:12",
    "[linux/amd64->arm64 builder 1/2] RUN make all",
    "[linux/amd64 builder 1/2] RUN make all",
    "[linux/arm64 stage-1 1/1] COPY --from=builder /out /out",
]
LD = "/usr/bin/ld: a.o: in function `main':\na.c:(.text+0x5): undefined reference to `foo'"


# -- a plain log, printed as moby/buildkit progressui/printer.go prints it ------------------------


def render(plan: list[tuple[int, str, str]]) -> str:
    """(vertex, what, text) events as the plain printer shows them: a header whenever the vertex
    changes, `...` for the one that is left unfinished, a blank line between."""
    out, shown, ended = [], None, set()
    for vertex, what, text in plan:
        if vertex != shown:
            if shown is not None and shown not in ended:
                out.append(f"#{shown} ...")
            out += [""] if shown is not None else []
            out.append(f"#{vertex} {NAMES[(vertex - 1) % len(NAMES)]}")
            shown = vertex
        if what == "log":
            out.append(f"#{vertex} {0.5 + vertex:.3f} {text}")
        elif what == "end":
            out.append(f"#{vertex} {text}")
            ended.add(vertex)
    return "\n".join(out) + "\n"


ENDS = {
    "DONE 1.5s": ("ok", 1.5, None),
    "CACHED": ("cached", None, None),
    "CANCELED": ("canceled", None, None),
    'ERROR: process "/bin/sh -c make \\"x\\"" did not complete successfully: exit code: 101': (
        "error",
        None,
        101,
    ),
    "ERROR: executor failed running [/bin/sh -c make]: exit code: 2": ("error", None, 2),
}
WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)


@st.composite
def plans(draw):
    """Vertices that start, print and end in any interleaving."""
    n = draw(st.integers(1, 5))
    logs = draw(st.lists(st.tuples(st.integers(1, n), WORDS), max_size=25))
    ends = {v: draw(st.sampled_from([*ENDS, ""])) for v in range(1, n + 1)}
    plan = [(v, "start", "") for v in range(1, n + 1)] + [(v, "log", text) for v, text in logs]
    return plan + [(v, "end", text) for v, text in ends.items() if text], ends, logs


@given(plans())
@settings(max_examples=120, deadline=None)
def test_what_the_printer_shows_is_read_back(drawn):
    """Any interleaving gives each step its name, end, exit code and exactly its own lines."""
    plan, ends, logs = drawn
    log = render(plan).encode()
    frames = read_log(log)
    assert frames.format == "buildkit-plain"
    steps = schema.check(frames.steps, "steps").set_index("step_id")
    assert len(steps) == len(ends)
    for vertex, end in ends.items():
        step = steps.loc[f"#{vertex}"]
        status, seconds, code = ENDS.get(end, ("unfinished", None, None))
        assert step["name_text"] == NAMES[(vertex - 1) % len(NAMES)]
        assert step["status"] == status
        assert (None if step.isna()["seconds"] else step["seconds"]) == seconds
        assert (None if step.isna()["exit_code"] else step["exit_code"]) == code
    lines = schema.check(frames.log_lines, "log_lines")
    assert len(lines) == log.count(b"\n")
    printed = lines[lines["seconds"].notna()]
    for vertex in ends:
        mine = printed[printed["step_id"] == f"#{vertex}"]["text"]
        assert list(mine) == [text for v, text in logs if v == vertex]


LOG = (
    "#1 [internal] load .dockerignore\n#1 transferring context: 2B done\n#1 DONE 0.0s\n\n"
    "#2 [linux/amd64->arm64 builder  9/10] RUN make\n#2 0.061 CC=gcc\n#2 0.1    Compiling x v1.0.0\n"
    "#2 0.2 warning: the kernel is skipped\n#2 0.3 warning: unused variable: `y`\n#2 0.3  --> src/m.rs:1:2\n"
    + "".join(f"#2 12.34 {line}\n" for line in LD.splitlines())
    + "#2 12.35 collect2: error: ld returned 1 exit status\n"
    "#2 12.40 [output clipped, log limit 2MiB reached]\n"
    '#2 ERROR: process "/bin/sh -c make" did not complete successfully: exit code: 2\n'
    "------\n > [linux/amd64->arm64 builder  9/10] RUN make:\n"
    + "".join(f"12.34 {line}\n" for line in LD.splitlines())
    + "------\nDockerfile:3\n--------------------\n   2 |     \n   3 | >>> RUN make\n   4 |     \n"
    "--------------------\nERROR: failed to solve: process failed\n"
)


def test_an_excerpt_is_not_counted_twice():
    """The tail repeats the error: one row, of the step, clipped and so a lower bound."""
    frames = read_log(LOG.encode())
    rows = frames.link_errors
    assert list(rows["symbol"]) == ["foo"]
    assert list(rows["step_id"]) == ["#2"]
    assert LOG.splitlines()[rows["line_no"][0] - 1].startswith("#2 12.34 ")
    assert list(rows["platform"]) == ["linux/arm64"]
    assert list(rows["is_lower_bound"]) == [True]
    step = frames.steps.set_index("step_id").loc["#2"]
    assert (step["step_no"], step["n_steps"], step["is_clipped"]) == (9, 10, True)


def test_an_excerpt_alone_is_read():
    """Of a log that begins at the tail, the excerpt is all there is."""
    tail = LOG[LOG.index("------\n >") :]
    rows = read_link_errors(("#2 ERROR: exit code: 2\n" + tail).encode())
    assert list(rows["symbol"]) == ["foo"]


def test_kinds_of_lines():
    """Each line is what it is: echo, build script, compiler, linker, excerpt."""
    lines = read_log_lines(LOG.encode())
    kinds = dict(zip(lines["text"], lines["kind"], strict=True))
    assert kinds["CC=gcc"] == "echo"
    assert kinds["warning: the kernel is skipped"] == "build_script"
    assert kinds["warning: unused variable: `y`"] == "compiler"
    assert kinds["collect2: error: ld returned 1 exit status"] == "linker"
    assert list(lines["kind"][lines["text"].str.contains("undefined ref")]) == ["linker", "excerpt"]
    assert set(lines["kind"][lines["text"].str.contains("RUN make$")]) == {"header", "excerpt"}
    assert "other" not in set(lines["kind"])


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("RUSTFLAGS=-C target-cpu=generic", "echo"),
        ("warning: kernels@0.1.0: skipping", "build_script"),
        ("cargo:warning=skipping", "build_script"),
        ("warning: kernels@0.1.0: cc1: error: bad value 'native' for '-march=' switch", "build_script"),
        ("cc1: error: bad value 'native' for '-march=' switch", "compiler"),
        ("gcc: error: unrecognized command-line option '-mfoo'", "compiler"),
        ("a.c:3:5: error: expected ';'", "compiler"),
        ("error[E0425]: cannot find value `x`", "compiler"),
        ("collect2: fatal error: ld terminated with signal 9 [Killed]", "killed"),
        ("g++: fatal error: Killed signal terminated program cc1plus", "killed"),
        ("qemu: uncaught target signal 11 (Segmentation fault) - core dumped", "killed"),
        ("process didn't exit successfully: `rustc` (signal: 9, SIGKILL: kill)", "killed"),
        ("ar: creating libx.a", "archiver"),
        ("aarch64-linux-gnu-ar rcs libx.a x.o", "archiver"),
        ("       Fresh libc v0.2.1", "cache"),
        ("gcc -o app a.o -lm", "link_command"),
        ("hello", "output"),
        ("warning: not cargo's", "output"),
    ],
)  # fmt: skip
def test_kind_of_a_line(text, kind):
    """What one line is, without a builder around it."""
    assert list(read_log_lines(text.encode())["kind"]) == [kind]


def test_old_buildkit():
    """A digest line under each header, and the fields that BuildKit 0.6 printed."""
    log = (
        "#5 [2/3] RUN make\n#5 sha256:" + "a" * 64 + "\n#5 0.345 out\n#5 DONE 1.0s\n\n"
        '#6 [3/3] RUN x\n#6       digest: sha256:b\n#6         name: "[3/3] RUN x"\n'
        "#6      started: 2019-01-01 00:00:00 +0000 UTC\n#6 0.3 out\n#6    completed: 2019\n"
        '#6     duration: 1m2.5s\n#6        error: "executor failed running [x]: exit code: 3"\n'
    )
    steps = read_build_log(log.encode())
    assert list(steps["status"]) == ["ok", "error"]
    assert list(steps["name_text"]) == ["[2/3] RUN make", "[3/3] RUN x"]
    assert steps["seconds"][1] == 62.5
    assert steps["exit_code"][1] == 3


@pytest.mark.parametrize(
    "name",
    [
        "exporting to image",
        "resolve image config for docker-image://docker.io/docker/dockerfile:1",
        "[builder 2/3] RUN sleep 5s",
        "[builder 2/3] RUN for x in a b; do echo $x; done",
        "[auth] library/debian:pull token for a-registry",
    ],
)
def test_headers_that_look_like_progress(name):
    """A step's first line is its name, however it is worded; its transfers are not."""
    log = f"#1 {name}\n#1 exporting layers 0.1s done\n#1 DONE 0.1s\n\n#2 [b 1/1] RUN x\n#2 ...\n\n#1 {name}\n#1 0.2 x\n"
    steps = read_build_log(log.encode())
    assert list(steps["name_text"]) == [name, "[b 1/1] RUN x"]
    kinds = list(read_log_lines(log.encode())["kind"])
    assert kinds[:3] == ["header", "progress", "progress"]
    assert kinds[-2:] == ["header", "output"]


def test_a_log_that_begins_within_a_step():
    """Progress of a step whose header is cut off does not become its name."""
    log = (
        b"#7 sha256:"
        + b"a" * 64
        + b" 1MB / 2MB\n#7 extracting x\n#7 exporting layers 0.1s done\n#7 DONE 1.0s\n"
    )
    steps = read_build_log(log)
    assert list(steps["name_text"]) == [""]
    assert list(steps["status"]) == ["ok"]


# -- names ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "stage", "platform", "label", "step_no", "n_steps", "instruction"),
    [
        ("[builder 2/3] RUN x", "builder", None, None, 2, 3, "RUN"),
        ("[builder  2/11] RUN x", "builder", None, None, 2, 11, "RUN"),
        ("[2/5] COPY . .", "", None, None, 2, 5, "COPY"),
        ("[linux/amd64 b 1/2] FROM x", "b", "linux/amd64", "linux/amd64", 1, 2, "FROM"),
        ("[linux/amd64->arm64 b 1/2] RUN", "b", "linux/amd64", "linux/arm64", 1, 2, "RUN"),
        ("[linux/amd64->arm/v7 b 1/2] RUN", "b", "linux/amd64", "linux/arm/v7", 1, 2, "RUN"),
        ("[linux/arm/v7->v6 b 1/2] RUN", "b", "linux/arm/v7", "linux/arm/v6", 1, 2, "RUN"),
        ("[linux/amd64->windows/amd64 b 1/2] RUN", "b", "linux/amd64", "windows/amd64", 1, 2, "RUN"),
        ("[app linux/amd64 b 1/2] ONBUILD RUN x", "b", "linux/amd64", "linux/amd64", 1, 2, "RUN"),
        ("[internal] load .dockerignore", "internal", None, None, None, None, ""),
        ("[linux/arm64 internal] load metadata", "internal", "linux/arm64", "linux/arm64", None, None, ""),
        ("exporting to image", "exporting", None, None, None, None, ""),
        ("importing cache manifest from x", "importing", None, None, None, None, ""),
        ("resolve image config for docker.io/x", "internal", None, None, None, None, ""),
        ("", "internal", None, None, None, None, ""),
    ],
)  # fmt: skip
def test_step_names(name, stage, platform, label, step_no, n_steps, instruction):
    """The parts of a name, after dockerfile2llb."""
    read = parse_step_name(name)
    assert (read.stage, read.platform, read.label) == (stage, platform, label)
    assert (read.step_no, read.n_steps, read.instruction) == (step_no, n_steps, instruction)


def test_shared_steps_have_no_target():
    """Before a stage parts, one step is done for all platforms; after that each has its own."""
    names = {
        "#1": "[linux/amd64 builder 1/3] FROM x",
        "#2": "[linux/amd64->arm64 builder 2/3] RUN x",
        "#3": "[linux/amd64 builder 2/3] RUN x",
        "#4": "[linux/amd64 builder 3/3] RUN y",
        "#5": "[linux/arm64 last 1/1] COPY x",
    }
    read = [(key, parse_step_name(name)) for key, name in names.items()]
    assert target_platforms(read) == {
        "#1": None,
        "#2": "linux/arm64",
        "#3": "linux/amd64",
        "#4": "linux/amd64",
        "#5": "linux/arm64",
    }


def test_the_platform_given_fills_what_the_log_does_not_name():
    """A log of one platform names none; a log that names another keeps its own."""
    log = f"#1 [b 1/1] RUN x\n#1 0.1 {LD}\n".replace("\na.c", "\n#1 0.1 a.c").encode()
    frames = read_log(log, platform="linux/arm64")
    assert list(frames.steps["target_platform"]) == ["linux/arm64"]
    assert list(frames.link_errors["platform"]) == ["linux/arm64"]
    assert list(read_log(LD.encode(), platform="linux/arm64").link_errors["platform"]) == [
        "linux/arm64"
    ]
    assert list(read_log(LOG.encode(), platform="linux/386").link_errors["platform"]) == [
        "linux/arm64"
    ]


# -- rawjson --------------------------------------------------------------------------------------


def vertex(name: str, **fields: object) -> dict:
    return {"vertexes": [{"digest": f"sha256:{name}", "name": name, **fields}]}


def time(second: float) -> str:
    return f"2024-01-01T00:00:{second:09.6f}789Z"


def output(name: str, second: float, text: str) -> dict:
    data = base64.b64encode(text.encode()).decode()
    entry = {"vertex": f"sha256:{name}", "stream": 1, "data": data, "timestamp": time(second)}
    return {"logs": [entry]}


RUN = "[linux/amd64->arm64 b 1/1] RUN make"
MESSAGES = [
    vertex("[b 9/9] RUN never"),
    vertex(RUN, started=time(1)),
    output(RUN, 1.5, "A=1\nhalf "),
    output(RUN, 2.5, "of a line\n" + LD + "\n"),
    vertex(RUN, started=time(1), completed=time(3)),
    vertex(RUN, started=time(2), completed=time(5), error="process: exit code: 137"),
    vertex("[c 1/1] COPY x", started=time(5), completed=time(5), cached=True),
]


@pytest.mark.parametrize("indent", [None, 2])
def test_rawjson(indent):
    """Lines are put together from pieces, times merged, what never starts is no step; the form
    that is spread over many lines says the same."""
    text = "\n".join(json.dumps(message, indent=indent) for message in MESSAGES)
    text += '\nDockerfile:3\n--------------------\n   3 | >>> RUN make\n--------------------\nERROR: x\n{"logs": [{'
    frames = read_log(text.encode())
    assert frames.format == "buildkit-rawjson"
    steps = schema.check(frames.steps, "steps")
    assert list(steps["status"]) == ["error", "cached"]
    assert list(steps["target_platform"].fillna("")) == ["linux/arm64", ""]
    assert steps["seconds"][0] == pytest.approx(4.0)
    assert steps["exit_code"][0] == 137
    lines = frames.log_lines
    assert set(lines["line_no"]) == set(range(1, text.count("\n") + 2))
    printed = lines[lines["seconds"].notna()]
    assert list(printed["text"]) == ["A=1", "half of a line", *LD.splitlines()]
    assert list(printed["seconds"]) == pytest.approx([0.5, 0.5, 1.5, 1.5])
    assert list(printed["kind"]) == ["echo", "output", "linker", "linker"]
    assert "killed" in set(lines["kind"])
    assert list(frames.link_errors["function"]) == ["main"]
    assert list(lines["kind"])[-2:] == ["progress", "other"]


def committed(*names: str) -> list[Path]:
    found = [path for name in names for path in sorted(DATA.glob(f"*/{name}"))]
    assert found, "data/avx512-link is part of the repository"
    return found


@pytest.mark.parametrize("path", committed("*.rawjson"), ids=lambda path: path.parent.name)
def test_rawjson_and_plain_agree(path):
    """Two real builds of one Dockerfile, one in each form: same steps, ends, platforms, errors."""
    raw, plain = read_log(path), read_log(path.with_name("build.log"))
    assert "" not in set(plain.steps["name_text"])
    columns = ["stage", "platform", "target_platform", "step_no", "n_steps", "instruction", "exit_code"]  # fmt: skip
    tables = [
        log.steps.set_index("name_text").sort_index()[columns].astype(str) for log in (raw, plain)
    ]
    assert tables[0].equals(tables[1])
    ends = [log.steps.set_index("name_text")["status"].astype(str) for log in (raw, plain)]
    failed = [set(end.index[end == "error"]) for end in ends]
    assert failed[0] == failed[1]
    columns = ["platform", "linker", "kind", "symbol", "object", "member", "function", "n_refs"]
    assert raw.link_errors[columns].equals(plain.link_errors[columns])
    echoes = [sorted(log.lines(["echo"])["text"]) for log in (raw, plain)]
    assert echoes[0] == echoes[1]


@pytest.mark.parametrize(
    "path", committed("*.log"), ids=lambda path: f"{path.parent.name}-{path.stem}"
)
def test_real_logs_hold_together(path):
    """Every line of a real log is one row, frames keep their schema, and a build without a
    failed step has no link errors."""
    frames = read_log(path)
    schema.check(frames.steps, "steps")
    schema.check(frames.link_errors, "link_errors")
    schema.check(frames.link_commands, "link_commands")
    lines = schema.check(frames.log_lines, "log_lines")
    assert len(lines) == len(path.read_bytes().splitlines())
    assert "other" not in set(lines["kind"])
    has_failed = (frames.steps["status"] == "error").any()
    assert len(frames.link_errors) == 0 or has_failed


# -- hostile and packed input ---------------------------------------------------------------------

RAW = "\n".join(map(json.dumps, MESSAGES)).encode()


@given(
    cut=st.integers(0, 4000),
    start=st.integers(0, 4000),
    source=st.sampled_from([LOG.encode(), RAW]),
)
@settings(max_examples=250, deadline=None)
def test_a_log_cut_anywhere(cut, start, source):
    """Any piece of a log is read without an exception, and every line of it is in a row."""
    frames = check_piece(source[start : start + cut])
    if frames is not None:
        assert len(frames.steps) >= frames.link_errors["step_id"].nunique()


@given(st.lists(st.sampled_from([
    b"#1 ", b"#2 0.1 ", b"DONE 1s", b"CACHED", b"------", b" > x:", b"\x1b[31m", b"\xff\xfe", b"\r",
    b"ld: ", b"ld.lld: error: ", b">>> referenced by ", b"undefined symbol: ", b"undefined reference to `x'",
    b"a.o:", b"(.text+0x1)", b"  = note: ", b"\"cc\" \"-o\" ", b"{", b"\"vertexes\": [", b"}", b"\n", b"collect2: ",
    b"in function `f':", b"more undefined references to `x' follow", b"'", b"[a 1/2] RUN", b"'; ", b": first defined here",
]), max_size=40))  # fmt: skip
@settings(max_examples=250, deadline=None)
def test_any_mixture_is_read(parts):
    """Fragments of every grammar in any order raise nothing and lose no line."""
    log = b"x" + b"".join(parts)
    frames = read_log(log)
    schema.check(frames.link_errors, "link_errors")
    n_lines = log.count(b"\n") + (not log.endswith(b"\n"))
    assert len(frames.log_lines) >= n_lines


def test_terminal_codes_and_broken_text():
    """Colours, control bytes and invalid UTF-8 do not hide an error."""
    log = (
        b"\x1b[0m\x1b[1m\x1b[38;5;9merror\x1b[0m: linking with `cc` failed: exit status: 1\n"
        b"\x1b[1m  = note: \x1b[0mld.lld: \x1b[0;31merror: \x1b[0mundefined symbol: f\xc3\xa9\xff\n"
        b"          >>> referenced by a.o:(m\x00ain)\n"
    )
    rows = read_link_errors(log)
    assert list(rows["symbol"]) == ["fé�"]
    assert list(rows["function"]) == ["main"]
    lines = read_log_lines(log)
    assert not lines["text"].str.contains("[\x00-\x08\x1b]", regex=True).any()


def test_github_prefixes():
    """The runner's times come off, in a log of a build and in one of bare output."""
    stamped = "".join(f"2024-05-06T07:08:09.1234567Z {line}\n" for line in LOG.splitlines())
    frames = read_log(("\ufeff" + stamped).encode())
    assert frames.format == "github-actions+buildkit-plain"
    assert frames.link_errors.drop(columns="file").equals(
        read_link_errors(LOG.encode()).drop(columns="file")
    )


@pytest.mark.parametrize(
    "pack",
    [gzip.compress, bz2.compress, lzma.compress, lambda data: data.decode().encode("utf-16")],
    ids=["gzip", "bzip2", "xz", "utf-16"],
)
def test_packed_logs(pack, tmp_path):
    """A packed log gives the same rows as the log."""
    path = tmp_path / "log"
    path.write_bytes(pack(LOG.encode()))
    plain = read_log(LOG.encode(), file=str(path))
    assert read_log(path).link_errors.equals(plain.link_errors)
    assert read_log(path).steps.equals(plain.steps)


def test_zstd():
    """zstd by pyarrow's codec."""
    import pyarrow as pa

    packed = pa.Codec("zstd").compress(LOG.encode(), asbytes=True)
    assert len(read_link_errors(packed)) == 1


def test_a_cut_gzip_gives_its_beginning():
    """What can be unpacked is used."""
    packed = gzip.compress(LOG.encode() * 50)
    assert len(read_build_log(packed[: len(packed) // 2])) == 2


def test_sources(tmp_path, monkeypatch):
    """A path, bytes, an open file of either kind, and standard input give the same."""
    path = tmp_path / "build.log"
    path.write_text(LOG)
    wanted = read_build_log(path).drop(columns="file")
    with path.open("rb") as binary, path.open() as text:
        assert read_build_log(binary).drop(columns="file").equals(wanted)
        assert read_build_log(text).drop(columns="file").equals(wanted)
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(LOG.encode())))
    read = read_log("-")
    assert read.file == "-"
    assert read.steps.drop(columns="file").equals(wanted)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n \n", "empty"),
        (b"\x7fELF\x02\x01\x01" + b"\0" * 50, "ELF"),
        (b"!<arch>\n", "archive"),
        (b"a\0b\0" * 100, "binary"),
        (bytes(range(256)) * 40, "binary"),
        (b"\x1f\x8b rubbish", "gzip"),
    ],
)
def test_what_is_no_log(content, words, tmp_path):
    """One clear message that names the file and says what would help."""
    path = tmp_path / "build.log"
    path.write_bytes(content)
    with pytest.raises(InputError) as caught:
        read_log(path)
    assert words in caught.value.message
    assert caught.value.file == str(path)


def test_no_file_and_a_folder(tmp_path):
    """A missing path and a folder are told apart."""
    with pytest.raises(InputError, match="no such log"):
        read_log(tmp_path / "absent.log")
    with pytest.raises(InputError, match="folder"):
        read_log(tmp_path)


def test_a_very_long_line_is_one_row():
    """A line of megabytes is clipped in its row; lines around it and their errors stay."""
    log = b"#1 [a 1/1] RUN x\n#1 0.1 " + b"x" * 6_000_000 + b"\n"
    log += b"".join(b"#1 0.1 " + line.encode() + b"\n" for line in LD.splitlines())
    frames = read_log(log)
    assert len(frames.log_lines) == 4
    assert frames.log_lines["text"].str.len().max() < 70_000
    assert len(frames.link_errors) == 1


def test_reading_without_frames_needs_no_pandas():
    """`import diag.read.linkers` stays cheap: pandas comes with the first frame."""
    import subprocess
    import sys

    code = "import diag.read.linkers, sys; sys.exit('pandas' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
