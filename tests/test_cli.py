"""The commands: exit status, one clear message for each bad input, nothing executed or lost."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest
from jsonschema import Draft202012Validator

from diag import cli
from tests.at_prompt import DOCKERFILE, LOG, SYMBOL, AtPrompt, small_build
from tests.tools import need

ROOT = Path(__file__).parent.parent


@pytest.fixture
def diag(at_prompt: AtPrompt, monkeypatch, tmp_path) -> AtPrompt:
    """Runs a command in a folder that holds build.log and Dockerfile."""
    small_build(tmp_path)
    monkeypatch.chdir(tmp_path)
    return at_prompt


def shell(*args: str, **options) -> subprocess.CompletedProcess:
    """The same as a process of its own."""
    command = [sys.executable, "-m", "diag", *args]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


# -- what every command keeps ---------------------------------------------------------------------


def test_help_needs_nothing_heavy() -> None:
    """`diag --help` and `import diag` import neither pandas nor rich nor matplotlib."""
    code = (
        "import sys, diag, diag.cli\n"
        "try: diag.cli.main(['--help'])\n"
        "except SystemExit as ended: assert ended.code == 0\n"
        "print(sorted({'pandas', 'numpy', 'rich', 'matplotlib', 'pyarrow'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert told.stdout.endswith("[]\n")
    assert "investigate" in told.stdout


@pytest.mark.parametrize("command", list(cli._COMMANDS))
def test_each_command_has_help(diag, command: str) -> None:
    """Every command explains itself."""
    ended = diag(command, "--help")
    assert ended.status == 0
    assert "Usage: diag" in ended.out


@pytest.mark.parametrize(
    "args",
    [
        ("investigate",),
        ("investigate", "build.log", "--format", "xml"),
        ("investigate", "build.log", "--build-arg", "NOVALUE"),
        ("env", "Dockerfile", "--expect", "=x"),
        ("env",),
        ("compare", "build.log"),
        ("nonsense",),
    ],
)
def test_bad_usage_is_status_2_with_a_hint(diag, args: tuple[str, ...]) -> None:
    """Usage errors go to standard error and end with 2."""
    ended = diag(*args)
    assert ended.status == 2
    told, help = ended.err.splitlines()
    assert told.startswith("diag")
    assert help.startswith("  help: ")
    assert ended.out == ""


def test_a_fault_of_diag_itself_is_no_traceback(diag, monkeypatch) -> None:
    """An exception that nobody foresaw: one message that says whose fault it is."""
    monkeypatch.setattr("diag.verdict.diagnose", lambda *a, **k: 1 / 0)
    ended = diag("investigate", "build.log")
    assert ended.status == 2
    assert "an error in diag itself" in ended.err
    assert "ZeroDivisionError" in ended.err
    assert "Traceback" not in ended.err


def test_an_interrupt_is_quiet(diag, monkeypatch) -> None:
    """Ctrl-C ends with 130 and one line."""

    def interrupted(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("diag.verdict.diagnose", interrupted)
    ended = diag("investigate", "build.log")
    assert (ended.status, ended.err.strip()) == (130, "diag: interrupted")


def test_a_closed_pipe_is_quiet() -> None:
    """`diag explain | head -1`: no message, no traceback."""
    command = [sys.executable, "-m", "diag", "explain"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == b""


def test_public_names_are_there_and_lazy() -> None:
    """Every public name resolves; `diag.compare` stays the function when its module is loaded."""
    code = (
        "import diag, sys\n"
        "assert 'pandas' not in sys.modules\n"
        "import diag.compare\n"
        "assert all(callable(getattr(diag, name)) for name in diag.__all__)\n"
        "assert not hasattr(diag.compare, '__path__') and diag.compare.__name__ == 'compare'\n"
        "assert set(diag.__all__) <= set(dir(diag))\n"
        "try: diag.nonsense\n"
        "except AttributeError as error: assert 'nonsense' in str(error)\n"
        "else: raise SystemExit('a strange name was found')"
    )
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (told.returncode, told.stderr) == (0, "")


# -- investigate ----------------------------------------------------------------------------------


def test_investigate_says_what_failed(diag) -> None:
    """A log alone: the symbol is named, status 1, no terminal codes on a pipe."""
    ended = diag("investigate", "build.log")
    assert ended.status == 1
    assert SYMBOL in ended.out
    assert "\x1b" not in ended.out
    assert ended.err == ""


def test_investigate_reads_standard_input(diag) -> None:
    """`-` is the log on standard input: the same verdict."""
    ended = diag("investigate", "-", stdin=LOG.encode())
    assert ended.status == 1
    assert SYMBOL in ended.out


def test_investigate_json_is_as_published(diag) -> None:
    """What is printed is valid by the published schema and holds the error's line."""
    ended = diag("investigate", "build.log", "--dockerfile", "Dockerfile", "--format", "json")
    told = json.loads(ended.out)
    schema = json.loads((ROOT / "docs/schemas/investigate.schema.json").read_text())
    Draft202012Validator(schema).validate(told)
    assert [(e["symbol"], e["line_no"]) for e in told["link_errors"]] == [(SYMBOL, 9)]


def test_investigate_of_a_sound_build_is_status_0(diag, tmp_path) -> None:
    """Every step ended well: nothing wrong found."""
    good = LOG.split("#5 0.300")[0] + "#5 DONE 1.0s\n"
    (tmp_path / "good.log").write_text(good)
    ended = diag("investigate", "good.log")
    assert ended.status == 0
    assert "NO FAILURE FOUND" in ended.out


def test_investigate_writes_files(diag, tmp_path) -> None:
    """--output and --html write what would be shown; the page loads nothing."""
    ended = diag("investigate", "build.log", "--output", "out.txt", "--html", "page.html")
    assert (ended.status, ended.out) == (1, "")
    assert ended.err == "written: page.html, out.txt\n"
    assert SYMBOL in (tmp_path / "out.txt").read_text(encoding="utf-8")
    assert SYMBOL in (tmp_path / "page.html").read_text(encoding="utf-8")


def test_logs_and_objects_may_name_their_platform(diag) -> None:
    """PLATFORM=FILE: one log a platform, as CI matrices give them."""
    ended = diag("investigate", "--log", "linux/arm64=build.log", "--format", "json")
    assert {p["platform"] for p in json.loads(ended.out)["platforms"]} >= {"linux/arm64"}


def test_an_equals_sign_in_a_path_is_no_platform(diag, tmp_path) -> None:
    """A file that exists is a file, whatever its name holds."""
    (tmp_path / "a=b.log").write_text(LOG)
    assert diag("investigate", "--log", "a=b.log").status == 1


def test_secrets_are_masked_unless_asked(diag) -> None:
    """ENV NPM_TOKEN's value: gone from table and JSON, also where the log prints it alone."""
    for extra in ((), ("--format", "json"), ("--html", "page.html")):
        args = ("investigate", "build.log", "--dockerfile", "Dockerfile", *extra)
        assert "hunter22" not in diag(*args).out
    assert "hunter22" not in Path("page.html").read_text(encoding="utf-8")
    assert "hunter22" not in diag("env", "Dockerfile", "--format", "csv").out
    assert "hunter22" in diag("env", "Dockerfile", "--format", "csv", "--no-redact").out


def test_a_case_folder_is_opened(diag, tmp_path) -> None:
    """case.toml names log and Dockerfile; options outrank it."""
    (tmp_path / "case.toml").write_text(
        'title = "t"\nlogs = ["build.log"]\ndockerfile = "Dockerfile"\n'
    )
    assert diag("investigate", ".").status == 1
    assert diag("investigate", "case.toml").status == 1


# -- bad input: what, where, what would help ------------------------------------------------------


def bad_inputs(folder: Path) -> None:
    """One file of each bad kind."""
    (folder / "empty.log").write_text("")
    (folder / "binary.log").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 40)
    (folder / "folder.log").mkdir()
    (folder / "Broken").write_text("FROM debian\nRUN <<EOF\nnever ended\n")
    (folder / "text.o").write_text("no object")
    (folder / "case").mkdir()
    (folder / "case" / "case.toml").write_text('logs = ["gone.log"]\ndockerfile = "Gone"\n')
    (folder / "wrong").mkdir()
    (folder / "wrong" / "case.toml").write_text("logs = [")


BAD = [
    (("investigate", "gone.log"), "gone.log"),
    (("investigate", "empty.log"), "empty"),
    (("investigate", "folder.log"), "folder.log"),
    (("investigate", "binary.log"), "binary.log"),
    (("investigate", "--dockerfile", "Gone"), "Gone"),
    (("investigate", "--dockerfile", "Broken"), "Broken"),
    (("investigate", "--objects", "gone.o"), "gone.o"),
    (("investigate", "case"), "gone.log"),
    (("investigate", "wrong"), "not valid TOML"),
    (("investigate", "build.log", "--platform", "linux/amd46"), "linux/amd64"),
    (("investigate", "--log", "linux/arm46=build.log"), "linux/arm64"),
    (("investigate", "build.log", "--claim", "variables-lost"), "variables-lost-after-case"),
    (("investigate", "build.log", "--output", "no/such/folder/x"), "no/such/folder/x"),
    (("log", "gone.log"), "gone.log"),
    (("log", "empty.log"), "empty"),
    (("log", "folder.log"), "folder.log"),
    (("log", "binary.log"), "binary.log"),
    (("env", "Gone"), "Gone"),
    (("env", "Broken"), "Broken:2"),
    (("env", "folder.log"), "folder.log"),
    (("env", "Dockerfile", "--command", "mak"), "make"),
    (("env", "Dockerfile", "--name", "CFLAG"), "CFLAGS"),
    (("env", "Dockerfile", "--platform", "linux/amd46"), "linux/amd64"),
    (("probe", "Gone"), "Gone"),
    (("symbols", "gone.o"), "gone.o"),
    (("symbols", "text.o"), "text.o"),
    (("isa", "gone.o"), "gone.o"),
    (("compare", "gone.log", "build.log"), "gone.log"),
    (("explain", "kernel-object-not-build"), "kernel-object-not-built"),
]


@pytest.mark.parametrize(("args", "named"), BAD, ids=[" ".join(args) for args, _ in BAD])
def test_bad_input_is_one_clear_message(diag, tmp_path, args: tuple[str, ...], named: str) -> None:
    """Status 2; the message names the file or the near name; no traceback, no output."""
    bad_inputs(tmp_path)
    ended = diag(*args)
    assert ended.status == 2, ended
    assert named in ended.err
    assert "Traceback" not in ended.err
    assert "diag itself" not in ended.err
    assert ended.out == ""


def test_the_sound_part_is_used(diag, tmp_path) -> None:
    """A log that is gone beside one that is there: the verdict, and the gap on standard error."""
    bad_inputs(tmp_path)
    args = ("--log", "build.log", "--log", "gone.log", "--dockerfile", "Broken")
    ended = diag("investigate", *args)
    assert ended.status == 1
    assert SYMBOL in ended.out
    for name in ("gone.log", "Broken"):
        assert name in ended.err
        assert name in ended.out


def test_a_truncated_object_is_told_and_the_others_are_used(diag, tmp_path) -> None:
    """Half an object: an error row with its name; the whole one is read."""
    need("gcc")
    source = tmp_path / "a.c"
    source.write_text(f"int {SYMBOL}(void); int blend(void) {{ return {SYMBOL}(); }}\n")
    subprocess.run(["gcc", "-c", "-o", str(tmp_path / "a.o"), str(source)], check=True)
    whole = (tmp_path / "a.o").read_bytes()
    (tmp_path / "half.o").write_bytes(whole[: len(whole) // 2])
    ended = diag("symbols", "a.o", "half.o", "--name", SYMBOL)
    assert ended.status == 0
    assert "half.o" in ended.err
    assert SYMBOL in ended.out
    verdict = diag("investigate", "build.log", "--objects", "a.o", "--objects", "half.o")
    assert verdict.status == 1
    assert "half.o" in verdict.err


# -- the other commands ---------------------------------------------------------------------------


def test_log_shows_steps_and_errors(diag) -> None:
    """Table and JSON hold the step and the error; status 1 since it failed."""
    table = diag("log", "build.log")
    assert table.status == 1
    assert SYMBOL in table.out
    told = json.loads(diag("log", "build.log", "--format", "json").out)
    assert told["format"] == "buildkit-plain"
    schema = json.loads((ROOT / "docs/schemas/log.schema.json").read_text())
    Draft202012Validator(schema).validate(told)
    assert [step["status"] for step in told["steps"]] == ["ok", "error"]


def test_env_formats_hold_the_same_rows(diag, tmp_path) -> None:
    """JSON, CSV and parquet of one question agree in number of rows and in values."""
    args = ("env", "Dockerfile", "--name", "CFLAGS", "--format")
    rows = json.loads(diag(*args, "json").out)
    schema = json.loads((ROOT / "docs/schemas/env.schema.json").read_text())
    Draft202012Validator(schema).validate(rows)
    csv = pd.read_csv(io.StringIO(diag(*args, "csv").out))
    assert diag(*args, "parquet", "--output", "env.parquet").status == 0
    parquet = pd.read_parquet(tmp_path / "env.parquet")
    values = [row["value"] for row in rows]
    assert values[0] == "-O2"
    assert len(values) == 3
    assert [None if pd.isna(v) else v for v in csv["value"]] == values
    assert [None if pd.isna(v) else v for v in parquet["value"]] == values


def test_env_reads_a_dockerfile_from_standard_input(diag) -> None:
    """`-` for the Dockerfile."""
    ended = diag("env", "-", "--name", "CFLAGS", "--explain", stdin=DOCKERFILE.encode())
    assert ended.status == 0
    assert "-O2" in ended.out


@pytest.mark.parametrize(
    ("platform", "expected", "status"),
    [
        ("linux/amd64", "CFLAGS=-O2", 0),
        ("linux/amd64", "CFLAGS=-O3", 1),
        ("linux/arm64", "CFLAGS=-O2", 1),
        ("linux/amd64", "STRANGER=1", 1),
    ],
)
def test_env_expect_decides_the_status(diag, platform: str, expected: str, status: int) -> None:
    """As expected 0; another value, unset, or never seen 1, with the place on standard error."""
    args = ("--platform", platform, "--command", "make", "--expect", expected)
    ended = diag("env", "Dockerfile", *args)
    assert ended.status == status
    assert bool(ended.err) == bool(status)
    if status and "STRANGER" not in expected:
        assert "Dockerfile:7" in ended.err


def test_env_explain_cites_the_lines(diag) -> None:
    """The way of a value, line by line, with the line's text."""
    out = diag("env", "Dockerfile", "--name", "CFLAGS", "--explain").out
    assert out.startswith("Dockerfile\n")
    assert "5  amd64) export CFLAGS=-O2" in out


@pytest.mark.sandbox
def test_probe_gives_what_the_flow_gives(diag) -> None:
    """The same rows by execution, one for each shell."""
    need("bwrap", "dash", "bash", "busybox")
    args = ("Dockerfile", "--name", "CFLAGS", "--command", "make", "--format", "json")
    probed = json.loads(diag("probe", *args).out)
    flow = {row["platform"]: row["value"] for row in json.loads(diag("env", *args).out)}
    assert {row["shell"] for row in probed} == {"dash", "bash", "bash-posix", "busybox-ash"}
    assert all(row["value"] == flow[row["platform"]] for row in probed)


def test_symbols_why_tells_wanted_and_defined(diag, tmp_path) -> None:
    """Wanted and nowhere defined: status 1 and who wants it; with the definition: status 0."""
    need("gcc")
    for name, text in (
        ("a", f"int {SYMBOL}(void); int blend(void) {{ return {SYMBOL}(); }}"),
        ("b", f"int {SYMBOL}(void) {{ return 1; }}"),
    ):
        (tmp_path / f"{name}.c").write_text(text + "\n")
        subprocess.run(["gcc", "-c", f"{name}.c"], check=True, cwd=tmp_path)
    alone = diag("symbols", "a.o", "--why", SYMBOL)
    assert alone.status == 1
    assert "wanted by   a.o" in alone.out
    assert "defined by  none of 1 object" in alone.out
    both = diag("symbols", "a.o", "b.o", "--why", SYMBOL)
    assert both.status == 0
    assert "linkers     take b.o" in both.out
    assert "blend_rows_avx512" in diag("symbols", "a.o", "--name", "blend_rows_avx51").err


def test_isa_counts_by_function(diag, tmp_path) -> None:
    """An object with one AVX-512 function; the extension is asked for by its beginning."""
    need("gcc")
    code = (
        "typedef float v __attribute__((vector_size(64))); v add(v *a, v *b) { return *a + *b; }\n"
    )
    (tmp_path / "v.c").write_text(code)
    subprocess.run(["gcc", "-O2", "-mavx512f", "-c", "v.c"], check=True, cwd=tmp_path)
    ended = diag("isa", "v.o", "--extension", "avx512", "--format", "json")
    assert ended.status == 0
    rows = json.loads(ended.out)
    assert {(row["function"], row["extension"]) for row in rows} == {("add", "avx512f")}


def test_compare_is_0_only_for_a_cure(diag, tmp_path) -> None:
    """The same failure twice is no cure: status 1, in each format."""
    for format_ in ("table", "json", "html"):
        ended = diag("compare", "build.log", "build.log", "--format", format_)
        assert ended.status == 1
        assert "unproven" in ended.out.lower()
    schema = json.loads((ROOT / "docs/schemas/compare.schema.json").read_text())
    told = json.loads(diag("compare", "build.log", "build.log", "--format", "json").out)
    Draft202012Validator(schema).validate(told)


def test_explain_lists_and_tells(diag) -> None:
    """Every cause of the catalogue is listed, and each has a page of words."""
    from diag.causes import CATALOGUE

    listed = diag("explain").out
    assert all(cause in listed for cause in CATALOGUE)
    for cause in CATALOGUE:
        ended = diag("explain", cause)
        assert ended.status == 0
        assert len(ended.out) > 100


def test_doctor_tells_each_part_and_what_it_brings(diag) -> None:
    """Found or missing, with what it is good for."""
    rows = json.loads(diag("doctor", "--format", "json").out)
    assert {"python", "pandas", "bwrap", "busybox", "chromium"} <= {row["part"] for row in rows}
    assert all(row["what it brings"] for row in rows)
    assert "pandas" in diag("doctor").out


def test_module_run_is_the_command() -> None:
    """`python -m diag` is `diag`."""
    told = shell("--version")
    assert (told.returncode, told.stdout[:5]) == (0, "diag ")


def test_a_call_is_asked_for_by_its_words(diag) -> None:
    """`--command "make all"`: other calls of make are not asked; a call that is none is told."""
    dockerfile = Path("Dockerfile")
    dockerfile.write_text("FROM debian\nENV F=1\nRUN make deps && F=2 make all\n")
    base = ("env", "Dockerfile", "--platform", "amd64", "--name", "F")
    assert diag(*base, "--command", "make", "--expect", "F=2").status == 1
    assert diag(*base, "--command", "make all", "--expect", "F=2").status == 0
    shown = diag(*base, "--command", "make none")
    assert shown.status == 2
    assert "there are: make deps, make all" in shown.err


def test_platforms_may_stand_in_one_word(diag, tmp_path) -> None:
    """docker's own spelling; and a call is found by the words that the screen shows."""
    (tmp_path / "D").write_text("FROM a\nENV X=1\nRUN ./configure\n")
    ended = diag("env", "D", "--platform", "linux/amd64,linux/arm64", "--format", "json")
    assert {row["platform"] for row in json.loads(ended.out)} == {"linux/amd64", "linux/arm64"}
    assert diag("env", "D", "--command", "./configure").status == 0


def test_a_build_that_stops_first_says_so(diag, tmp_path) -> None:
    """No call is reached: where the build ends is the answer."""
    (tmp_path / "D").write_text("FROM a\nENV X=1\nRUN set -u; echo $NO; make\n")
    assert "the build stops" in diag("env", "D").out
    assert "RUN at line 3 fails" in diag("env", "D", "--command", "make").err
