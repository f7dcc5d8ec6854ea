"""Steps, names and lines of plain build logs, as moby/buildkit's progressui/printer.go prints them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag import schema
from diag.read.buildkit_names import parse_step_name, target_platforms
from diag.read.linkers import read_build_log, read_link_errors, read_log, read_log_lines
from tests.buildlog_messages import LD, LOG

NAMES = [
    "[internal] load build definition from Dockerfile",
    "[linux/amd64 base 1/1] FROM docker.io/library/debian:12",
    "[linux/amd64->arm64 builder 1/2] RUN make all",
    "[linux/amd64 builder 1/2] RUN make all",
    "[linux/arm64 stage-1 1/1] COPY --from=builder /out /out",
]

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
