"""At the prompt: errors, colours, widths, what is piped, progress, completion, `diag doctor`."""

from __future__ import annotations

import io
import json
import os
import pty
import re
import subprocess
import sys
import tomllib
from importlib.metadata import version as installed
from pathlib import Path

import pandas as pd
import pytest
from click.shell_completion import FishComplete, ShellComplete, ZshComplete
from jsonschema import Draft202012Validator
from rich.color import Color

from diag import cli, cli_about
from diag.knowledge import table
from diag.show import console as consoles
from diag.show.grid import frame_table
from tests.at_prompt import LOG, AtPrompt, small_build
from tests.tools import need

ROOT = Path(__file__).parent.parent
COLOURS = (
    "NO_COLOR",
    "FORCE_COLOR",
    "CLICOLOR",
    "CLICOLOR_FORCE",
    "COLUMNS",
    "TERM",
    "COLORTERM",
    "TTY_COMPATIBLE",
    "TTY_INTERACTIVE",
)


@pytest.fixture
def run(at_prompt: AtPrompt, monkeypatch, tmp_path) -> AtPrompt:
    """Runs a command in a folder with one file of each kind."""
    small_build(tmp_path)
    (tmp_path / "empty").write_text("")
    (tmp_path / "folder").mkdir()
    (tmp_path / "binary").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    monkeypatch.chdir(tmp_path)
    return at_prompt


def shell(*args: str, **env: str) -> subprocess.CompletedProcess:
    """The command as a process of its own, on pipes."""
    bare = {name: value for name, value in os.environ.items() if name not in COLOURS}
    command = [sys.executable, "-m", "diag", *args]
    return subprocess.run(command, capture_output=True, check=False, env={**bare, **env})


# -- errors ---------------------------------------------------------------------------------------

READERS = {
    "investigate": ("investigate", "{}"),
    "investigate-dockerfile": ("investigate", "--dockerfile", "{}"),
    "investigate-objects": ("investigate", "--objects", "{}"),
    "compare": ("compare", "{}", "build.log"),
    "collect": ("collect", "{}", "--out", "out.tgz"),
    "log": ("log", "{}"),
    "env": ("env", "{}"),
    "probe": ("probe", "{}"),
    "symbols": ("symbols", "{}"),
    "symbols-details": ("symbols", "{}", "--details"),
    "symbols-why": ("symbols", "{}", "--why", "x"),
    "isa": ("isa", "{}"),
}
# Objects may be damaged, and folders may hold what is looked for: the sound rest is used.
USED = {
    ("investigate-objects", "folder"),
    ("investigate-objects", "empty"),
    *((name, "binary") for name in READERS if name.startswith(("symbols", "isa"))),
    ("investigate-objects", "binary"),
}
FILES = ("gone", "folder", "empty", "binary")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize("reader", READERS)
def test_an_unusable_file_is_told_in_one_line_with_help(run, reader: str, file: str) -> None:
    """Status 2, the file's name, at most three lines, no traceback, nothing on standard output."""
    ended = run(*(word.format(file) for word in READERS[reader]))
    assert "Traceback" not in ended.err
    assert "diag itself" not in ended.err
    if (reader, file) in USED:
        return
    lines = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, "")
    assert lines[0].startswith(f"diag: {file}")
    assert len(lines) <= 3
    assert lines[-1].startswith("  help: ")
    assert max(map(len, lines)) < 400


WORDS = [
    (("explian",), "explain"),
    (("investigate", "build.log", "--format", "jsn"), "json"),
    (("investigate", "build.log", "--formt", "json"), "--format"),
    (("investigate", "build.log", "--template", "postmorten"), "postmortem"),
    (("investigate", "build.log", "--claim", "static-link-ordr"), "static-link-order"),
    (("investigate", "build.log", "--platform", "linux/amd46"), "linux/amd64"),
    (("investigate", "build.log", "--engine", "buildh"), "buildah"),
    (("compare", "build.log", "build.log", "--format", "htm"), "html"),
    (("env", "Dockerfile", "--name", "CFLAG"), "CFLAGS"),
    (("env", "Dockerfile", "--command", "mak"), "make"),
    (("isa", "binary", "--extension", "avx521"), "avx512"),
    (("explain", "kernel"), "kernel-object-not-built"),
    (("completion", "bsh"), "bash"),
    (("doctor", "--format", "jason"), "json"),
]


@pytest.mark.parametrize(("args", "near"), WORDS, ids=[" ".join(args) for args, _ in WORDS])
def test_a_wrong_word_is_answered_with_the_near_one(run, args: tuple[str, ...], near: str) -> None:
    """One line that says what is wrong, one of help with the name that may have been meant."""
    ended = run(*args)
    told, help = ended.err.splitlines()
    assert (ended.status, ended.out) == (2, "")
    assert told.startswith("diag")
    assert help.startswith("  help: ")
    assert near in help


def test_an_error_steers_no_terminal_and_tells_no_secret(run) -> None:
    """What was typed is said back harmless and bounded."""
    ended = run("log", "\x1b[31m" + "x" * 5000 + "token=ghp_" + "a1B2" * 9)
    assert "\x1b" not in ended.err
    assert "a1B2a1B2" not in ended.err
    assert max(map(len, ended.err.splitlines())) < 700


def test_a_missing_package_is_named(run, monkeypatch) -> None:
    """No fault of diag's own: the package, and the command that tells how to get it."""

    def absent(*args: object, **kwargs: object) -> None:
        raise ModuleNotFoundError("No module named 'papermill'", name="papermill")

    monkeypatch.setattr("diag.verdict.diagnose", absent)
    ended = run("investigate", "build.log")
    assert ended.status == 2
    assert "package papermill" in ended.err
    assert "diag doctor" in ended.err


# -- pipes, interrupts, locales -------------------------------------------------------------------


def test_a_reader_that_leaves_changes_no_status(tmp_path) -> None:
    """`diag investigate x | head -1`: nothing on standard error, and still status 1."""
    (tmp_path / "build.log").write_text(LOG)
    command = [sys.executable, "-m", "diag", "investigate", str(tmp_path / "build.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 1


# Standard input that is interrupted once it is awaited, neither before nor never: a job in the
# background would ignore the signal.
AWAITED = """\
import io, os, signal, sys, time
signal.signal(signal.SIGINT, signal.default_int_handler)
class Awaited(io.RawIOBase):
    def readable(self):
        return True
    def readinto(self, into):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(60)
sys.stdin = io.TextIOWrapper(io.BufferedReader(Awaited()))
from diag.cli import main
main(["env", "-"])
"""


def test_an_interrupt_while_waiting_is_one_line() -> None:
    """Ctrl-C where standard input is awaited: status 130."""
    ended = subprocess.run([sys.executable, "-c", AWAITED], capture_output=True, check=False)
    assert ended.returncode == 130
    assert ended.stderr.lstrip() == b"diag: interrupted\n"  # a terminal has ^C before it


def test_a_locale_without_utf8_gets_ascii() -> None:
    """Signs of the screens have a spelling, what else there is is escaped: no traceback."""
    told = shell("doctor", LANG="C", LC_ALL="C", PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    text = told.stdout.decode("ascii")
    assert b"Traceback" not in told.stderr
    assert "+ " in text
    assert "\\u2714" not in text
    assert re.search(r"UTF-8 +x missing", text)


@pytest.mark.parametrize("columns", [40, 250])
def test_piped_text_has_no_code_and_no_padding(columns: int, run, monkeypatch) -> None:
    """Neither an escape nor a blank at a line's end; COLUMNS is obeyed."""
    monkeypatch.setenv("COLUMNS", str(columns))
    for args in (("investigate", "build.log"), ("log", "build.log"), ("explain", "pic")):
        text = run(*args).out
        assert "\x1b" not in text
        assert all(line == line.rstrip() and len(line) <= columns for line in text.splitlines())


# -- colours and widths ---------------------------------------------------------------------------

ESCAPES = [
    ({}, None),
    ({"FORCE_COLOR": "1", "TERM": "xterm"}, "standard"),
    ({"CLICOLOR_FORCE": "1", "TERM": "xterm-256color"}, "256"),
    ({"CLICOLOR_FORCE": "0"}, None),
    ({"FORCE_COLOR": "1", "TERM": "xterm", "COLORTERM": "truecolor"}, "truecolor"),
    ({"FORCE_COLOR": "1", "TERM": "dumb"}, None),
]


def drawn(monkeypatch, env: dict[str, str], style: str = "red") -> tuple[str | None, str]:
    """The colours that a console in that environment has, and what it writes of a word."""
    for name in COLOURS:
        monkeypatch.delenv(name, raising=False)
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    console = consoles.console_for(io.StringIO())
    console.print("word", style=style)
    return console.color_system, console.file.getvalue()


@pytest.mark.parametrize(("env", "system"), ESCAPES)
def test_colours_are_those_of_the_terminal(monkeypatch, env, system) -> None:
    """None on a pipe, unless they are forced; as many as TERM and COLORTERM say."""
    found, text = drawn(monkeypatch, env)
    assert found == system
    assert ("\x1b[" in text) == bool(system)


@pytest.mark.parametrize("refused", [{"NO_COLOR": "1"}, {"CLICOLOR": "0", "FORCE_COLOR": ""}])
def test_refused_colours_are_not_drawn(monkeypatch, refused) -> None:
    """NO_COLOR outranks what forces them."""
    env = {"TERM": "xterm", **({"FORCE_COLOR": "1"} if "NO_COLOR" in refused else {}), **refused}
    assert "\x1b[3" not in drawn(monkeypatch, env)[1]


def test_sixteen_colours_are_the_themes(monkeypatch) -> None:
    """Red is the terminal's own red; of 256, a tone."""
    assert "\x1b[31m" in drawn(monkeypatch, {"FORCE_COLOR": "1", "TERM": "xterm"})[1]
    many = drawn(monkeypatch, {"FORCE_COLOR": "1", "TERM": "xterm-256color"}, "not bold red")[1]
    assert "\x1b[31m" not in many


def luminance(colour: tuple[int, int, int]) -> float:
    """Relative luminance, as WCAG 2 defines it."""
    parts = (part / 255 for part in colour)
    red, green, blue = (p / 12.92 if p <= 0.03928 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("tone", consoles._TONES.values())
def test_tones_are_readable_on_light_and_on_dark(tone: int) -> None:
    """Contrast of 3.5 or more with white and with black."""
    own = luminance(tuple(Color.from_ansi(tone).get_truecolor()))
    assert 1.05 / (own + 0.05) > 3.5
    assert (own + 0.05) / 0.05 > 3.5


FRAME = pd.DataFrame(
    {
        "platform": ["", "linux/amd64"] * 10,
        "what": [f"RUN make 第{n}步 {'構建 ' * 9}" for n in range(20)],
        "seconds": [float(n) for n in range(20)],
        "status": ["ok", "error, exit code 2"] * 10,
        "where": [f"a/long/path/of/some/kind/build-{n}.log:{n}" for n in range(20)],
    }
)


@pytest.mark.parametrize("n_rows", [3, 20])
@pytest.mark.parametrize("width", [20, 40, 80, 160, 250])
def test_no_word_is_lost_at_any_width(width: int, n_rows: int) -> None:
    """Each sign of each cell is there, and no line is wider than the terminal."""
    frame = FRAME.head(n_rows)
    text = consoles.as_plain_text(frame_table(frame), width=width)
    shown, wanted = (
        re.sub(r"\s", "", part) for part in (text, "".join(frame.astype(str).to_numpy().ravel()))
    )
    for sign in set(wanted) - set("─"):
        assert shown.count(sign) >= wanted.count(sign), (sign, text)
    from rich.cells import cell_len

    assert max(map(cell_len, text.splitlines())) <= width


def test_wide_letters_are_aligned() -> None:
    """A column after Chinese text begins at one column of the terminal in every row."""
    from rich.cells import cell_len

    frame = pd.DataFrame({"a": ["構建", "build"], "b": ["#one", "#two"]})
    lines = consoles.as_plain_text(frame_table(frame)).splitlines()[2:]
    assert len({cell_len(line[: line.index("#")]) for line in lines}) == 1


def test_a_page_of_words_is_as_wide_as_the_terminal(run, monkeypatch) -> None:
    """`diag explain ID` at 40 columns has the words of 120, and at most 88 columns there."""
    texts = {}
    for columns in (40, 120):
        monkeypatch.setenv("COLUMNS", str(columns))
        texts[columns] = run("explain", "static-link-order").out
        assert max(map(len, texts[columns].splitlines())) <= min(columns, 90)
    assert "".join(texts[40].split()) == "".join(texts[120].split())


# -- progress -------------------------------------------------------------------------------------

PATIENT = """\
import time, diag.cli_progress as p
from diag.read.files import on_file
p.PATIENCE = 0.0
with p.reading_progress() as tell:
    bar = getattr(tell, "__self__", None)
    while bar and not bar._shown:
        time.sleep(0.01)
    if bar:
        tell(5_000_000, 20_000_000)
        bar._shown.refresh()
        on_file.get()("folder/[bold]lib\\x1b[31m.a")
        bar._shown.refresh()
print("done")
"""


def on_terminal(code: str, **env: str) -> str:
    """What a Python program writes on a terminal."""
    ours, theirs = pty.openpty()
    bare = {name: value for name, value in os.environ.items() if name not in COLOURS}
    command = [sys.executable, "-c", code]
    options = {"stdin": theirs, "stdout": theirs, "stderr": theirs}
    with subprocess.Popen(command, env={**bare, "COLUMNS": "100", **env}, **options) as process:
        os.close(theirs)
        parts = []
        while True:
            try:
                part = os.read(ours, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            parts.append(part)
        assert process.wait() == 0
    os.close(ours)
    return b"".join(parts).decode()


def test_progress_says_what_and_how_far_and_goes() -> None:
    """On a terminal: the log's bytes, then the files; the cursor is back and the line is clear."""
    text = on_terminal(PATIENT, TERM="xterm")
    bare = re.sub(r"\x1b\[[0-9;]*m", "", text)
    assert "reading the log" in bare
    assert "5 of 20 MB" in bare
    assert "1 file  [bold]lib.a" in bare
    end = text[text.rindex("\x1b[?25h") :]
    assert "\x1b[2K" in end
    assert end.rstrip().endswith("done")


def test_progress_is_of_terminals_alone(capsys) -> None:
    """None where standard error is a pipe, none on a dumb terminal."""
    from diag.cli_progress import reading_progress

    with reading_progress() as tell:
        assert tell is None
    assert on_terminal(PATIENT, TERM="dumb").split() == ["done"]


# -- completion -----------------------------------------------------------------------------------

COMPLETED = [
    (["expl"], "explain"),
    (["explain", "static-link"], "static-link-order"),
    (["investigate", "--claim", "static-link"], "static-link-order"),
    (["investigate", "--platform", "linux/arm"], "linux/arm/v7"),
    (["log", "--platform", "linux/s"], "linux/s390x"),
    (["investigate", "--objects", "linux/a"], "linux/arm64="),
    (["collect", "--log", "linux/s"], "linux/s390x="),
    (["isa", "--extension", "avx512v"], "avx512vl"),
    (["investigate", "--form"], "--format"),
    (["investigate", "--format", "sa"], "sarif"),
    (["completion", "f"], "fish"),
]


@pytest.mark.parametrize(("words", "wanted"), COMPLETED)
def test_words_are_completed(words: list[str], wanted: str) -> None:
    """Commands, options, their values, causes, platforms and extensions."""
    asked = ShellComplete(cli.cli, {}, "diag", "_DIAG_COMPLETE")
    assert wanted in [item.value for item in asked.get_completions(words[:-1], words[-1])]


@pytest.mark.parametrize(("name", "kind"), [("zsh", ZshComplete), ("fish", FishComplete)])
def test_scripts_are_clicks_own(run, name: str, kind: type[ShellComplete]) -> None:
    """What `diag completion` prints for shells that are not run here."""
    assert run("completion", name).out == kind(cli.cli, {}, "diag", "_DIAG_COMPLETE").source()


def test_a_real_bash_completes(tmp_path) -> None:
    """The script in bash itself: a cause of which the beginning is typed."""
    need("bash")
    command = tmp_path / "diag"
    command.write_text(f'#!/bin/sh\nexec {sys.executable} -m diag "$@"\n')
    command.chmod(0o755)
    script = (
        'eval "$(diag completion bash)"; COMP_WORDS=(diag explain static-link-o); COMP_CWORD=2; '
    )
    script += '_diag_completion diag; echo "${COMPREPLY[@]}"; complete -p diag'
    env = {**os.environ, "PATH": f"{tmp_path}:{os.environ['PATH']}", "PYTHONPATH": str(ROOT)}
    told = subprocess.run(
        ["bash", "--norc", "-c", script], capture_output=True, text=True, check=True, env=env
    )
    first, second = told.stdout.splitlines()
    assert first == "static-link-order"
    assert second.endswith("_diag_completion diag")


# -- doctor ---------------------------------------------------------------------------------------


def test_doctor_knows_what_the_project_needs() -> None:
    """Each dependency of pyproject.toml with its least version, and nothing that is none."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = dict(word.split(">=") for word in project["dependencies"])
    packages = table("parts")["packages"]
    assert {name: part.get("least") for name, part in packages.items()} == {
        **wanted,
        "ipykernel": None,
    }
    assert project["requires-python"] == f">={cli_about.PYTHON}"
    assert installed("click")


def test_doctor_tells_what_is_missing_and_too_old(run, monkeypatch) -> None:
    """Status 1 for what is needed, and the command for each; 0 where only an optional part lacks."""
    schema = json.loads((ROOT / "docs/schemas/doctor.schema.json").read_text(encoding="utf-8"))
    monkeypatch.setattr("shutil.which", lambda name: None)
    optional = run("doctor", "--format", "json")
    Draft202012Validator(schema).validate(json.loads(optional.out))
    assert optional.status == 0
    text = run("doctor").out
    assert "All that diag needs is here. Not here, and not needed: bwrap" in text
    assert "$ apt install bubblewrap" in text
    old = {"pandas": "2.3.1", "rich": None}
    true = cli_about._version
    monkeypatch.setattr(cli_about, "_version", lambda name: old.get(name, true(name)))
    ended = run("doctor", "--format", "json")
    rows = {row["part"]: row for row in json.loads(ended.out)}
    assert ended.status == 1
    assert {n: rows[n]["status"] for n in ("pandas", "rich", "numpy")} == {
        "pandas": "too old",
        "rich": "missing",
        "numpy": "ok",
    }
    assert "pip install 'pandas>=3.0'" in rows["pandas"]["get"] or "conda" in rows["pandas"]["get"]
    told = run("doctor").out
    assert "Needed and not here: pandas and rich." in told
    assert "2.3.1, too old: 3.0 is needed" in told


def test_doctor_needs_nothing_that_it_looks_for() -> None:
    """Without pandas and rich it still says that they are missing."""
    code = (
        "import sys\n"
        "for name in ('pandas', 'rich'): sys.modules[name] = None\n"
        "from diag.cli import main; main(['doctor'])"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert told.stderr == ""
    assert "pandas" in told.stdout
