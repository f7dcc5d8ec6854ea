"""The notebook of any case: what it is filled with, what it shows, and what it never shows."""

from __future__ import annotations

import ast
import re
import shutil
from dataclasses import replace
from html import escape, unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import nbformat
import pandas as pd
import papermill
import pytest
from ipykernel.ipkernel import IPythonKernel
from papermill.exceptions import PapermillExecutionError

import diag
from diag import cli
from diag.causes import CATALOGUE
from diag.causes.facts import Symbol
from diag.causes.model import Evidence
from diag.causes.texts import NOT_CURED
from diag.errors import InputError
from diag.show import notebook_run as run
from diag.show.investigation import DEMO, UNFILLED, Investigation
from diag.show.notebook_log import log_shown
from diag.show.notebook_postmortem import follow_ups_shown
from diag.show.redact import MASK, Redactor
from diag.show.shown import MAX_ROWS, Cited, Lines, Shown, Tabled, Typed
from diag.show.terminal import as_plain_text
from tests import handmade
from tests import notebook_rules as rules

ROOT = Path(__file__).resolve().parent.parent
LINKS = ROOT / "data" / "lab" / "links"
TEMPLATES = ("investigate", "postmortem")
OF_SOURCE = (
    rules.long_cells,
    rules.machinery,
    rules.silencing,
    rules.reading,
    rules.parameters,
    rules.unknown_names,
)
SECTIONS = [
    name
    for name, method in vars(Investigation).items()
    if name[0] != "_" and hasattr(method, "__wrapped__") and not name.startswith("instruction_sets")
]
LOG = """
#1 [builder 2/2] RUN cc main.o
#1 0.100 /usr/bin/ld: main.o: in function `main':
#1 0.101 main.c:(.text+0x5): undefined reference to `frobnicate'
#1 ERROR: process "/bin/sh -c cc main.o" did not complete successfully: exit code: 1
"""
DOCKERFILE = """
FROM debian
ARG TARGETARCH
RUN export CFLAGS=-O2; make
"""
SECRET = "hunter22-and-more"
HOSTILE = "<script>alert(1)</script> $x$ \x1b[31mred\x1b[0m \u202egnp.\u202c [bold]b[/bold] `t` |"


def html_of(shown: Any) -> str:
    """The HTML of what a section gives; of a chart, its words."""
    return shown._repr_html_() if isinstance(shown, Shown) else escape(str(shown.alt))


def all_of(told: Investigation) -> dict[str, str]:
    """Section -> HTML, of every section."""
    shown = {name: html_of(getattr(told, name)()) for name in ("answer", *SECTIONS)}
    isa = diag.read_isa(*told.object_files, beyond_floor=True, with_guards=True)
    shown["instruction_sets"] = html_of(told.instruction_sets(isa))
    return {**shown, "instruction_sets_chart": html_of(told.instruction_sets_chart(isa))}


def sentences(html: str) -> str:
    """The HTML without its tags."""
    inline = re.sub(r"</?(?:code|strong|b|mark)\b[^>]*>", "", html)
    return unescape(re.sub(r"<[^>]+>", " ", inline)).strip()


# -- a text in place of a path ---------------------------------------------------------------------


def test_a_text_of_several_lines_is_a_log() -> None:
    """Pasted between triple quotes; its lines are counted as they stand below the quotes."""
    (error,) = diag.Case(log=LOG).link_errors.to_dict("records")
    assert (error["symbol"], error["line_no"]) == ("frobnicate", 3)
    assert error["file"] == "<pasted>"


@pytest.mark.parametrize("log", [{"linux/arm64": LOG}, [LOG]])
def test_a_text_may_stand_wherever_a_path_may(log: Any) -> None:
    """For one platform, or one among several logs."""
    assert list(diag.Case(log=log).link_errors["symbol"]) == ["frobnicate"]


def test_a_text_of_several_lines_is_a_dockerfile() -> None:
    """Its instructions and its environment are read."""
    case = diag.Case(dockerfile=DOCKERFILE)
    assert list(case.instructions["instruction"]) == ["FROM", "ARG", "RUN"]
    assert set(case.env["file"]) == {"Dockerfile"} == {case.inputs.dockerfile}


def test_a_word_is_a_path() -> None:
    """A path that does not exist stays an error."""
    assert "does not exist" in diag.Case(dockerfile="no/Dockerfile").errors["reason"].iloc[0]


# -- the templates ---------------------------------------------------------------------------------


@pytest.mark.parametrize("rule", OF_SOURCE, ids=lambda rule: rule.__name__)
@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_keeps_the_rules_of_a_notebook(name: str, rule: Any) -> None:
    """tests/notebook_rules.py, before anything is executed."""
    assert list(rule(run.template(name))) == []


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_is_empty_and_begins_with_a_heading(name: str) -> None:
    """No outputs; every parameter says that nothing is given."""
    notebook = run.template(name)
    assert notebook.cells[0]["source"].startswith("# ")
    assert not any(cell.get("outputs") for cell in notebook.cells)
    given: dict[str, Any] = {}
    exec(run.parameters_cell(notebook)["source"], given)
    assert not any(value for name, value in given.items() if name != "__builtins__")


def test_the_committed_notebook_is_the_template() -> None:
    """Cell by cell, but for the parameters; else `make notebooks`."""
    committed = nbformat.read(ROOT / "notebooks" / "investigate.ipynb", as_version=4)
    both = [
        [
            (c["id"], c["source"])
            for c in book.cells
            if "parameters" not in c.metadata.get("tags", [])
        ]
        for book in (committed, run.template("investigate"))
    ]
    assert both[0] == both[1]
    own, empty = (
        run.parameters_cell(b)["source"] for b in (committed, run.template("investigate"))
    )
    names = [[line.split(" = ")[0] for line in text.split("\n")] for text in (own, empty)]
    assert names[0] == names[1]


def test_every_section_has_its_cell() -> None:
    """What the templates call exists, and no section is without a cell."""
    called = {
        node.attr
        for name in TEMPLATES
        for _, node in rules.nodes(run.template(name))
        if isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "told"
    }
    assert called == {
        *SECTIONS, "answer", "instruction_sets", "instruction_sets_chart", "object_files",
    }  # fmt: skip


def test_the_postmortem_has_the_sections_of_a_postmortem() -> None:
    """In their order; what people have to write is marked after each."""
    cells = [c["source"] for c in run.template("postmortem").cells if c["cell_type"] == "markdown"]
    text = "\n".join(cells)
    assert re.findall(r"^## (.*)$", text, re.MULTILINE) == [
        "The answer in three sentences", "What we saw", "What we believed, and the test of it",
        "The cause, platform by platform", "The fix and its proof", "What this does not show",
        "Timeline and follow-ups", "Sources",
    ]  # fmt: skip
    assert text.count("**To be written:**") >= 8


def test_filling_keeps_comments_and_every_script() -> None:
    """Values stand readable in place of the empty ones; what runs is what was given."""
    given = {
        "log": {"linux/arm64": 'größe "中文".log'},
        "platforms": ["linux/arm64"],
        "claims": ["a\u202eb"],
        "build_args": {"K": "v\\n", "N": "1\n2"},
    }
    cell = run.parameters_cell(run.filled(run.template("investigate"), given, Redactor()))
    told: dict[str, Any] = {}
    exec(cell["source"], told)
    assert {name: told[name] for name in given} == given
    assert "中文" in cell["source"]
    assert "\u202e" not in cell["source"]
    assert cell["source"].count("  # ") == len(cell["source"].split("\n"))


def test_filling_masks_secrets() -> None:
    """By the name of a build argument, and by the shape of a value."""
    given = {
        "build_args": {"NPM_TOKEN": SECRET, "URL": f"https://u:{SECRET}@host/x", "A": "plain"},
        "log": f"logs/{SECRET}.log",
    }
    mask = Redactor(frozenset([SECRET]))
    source = run.parameters_cell(run.filled(run.template("investigate"), given, mask))["source"]
    assert SECRET not in source
    assert "plain" in source


# -- the sections ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Nothing is named yet"),
        ({"log": "no.log"}, "no.log: no such log"),
        ({"case": "no-case"}, "there is no case.toml"),
        ({"objects": 5}, "objects is int"),
        ({"log": LOG, "platforms": "linux/mars"}, "unknown platform"),
        ({"log": LOG, "claims": "nonsense"}, "unknown cause"),
        ({"log": LOG, "fixed": "no.toml"}, "no such case"),
    ],
)
def test_what_cannot_be_judged_is_said_once_and_never_raised(given: Any, told: str) -> None:
    """The answer says what to fill in; every other section is one line."""
    shown = all_of(diag.investigate(**given))
    assert told in sentences(shown.pop("answer")).replace("  ", " ").replace(
        " objects ", "`objects`"
    )
    assert {sentences(html) for html in shown.values()} == {UNFILLED}


CASES: dict[str, dict[str, Any]] = {
    "a log alone": {"log": LOG},
    "a Dockerfile alone": {"dockerfile": DOCKERFILE},
    "objects alone": {"objects": str(LINKS / "nothing-defines-it" / "amd64")},
    "no failure": {"log": "#1 [b 1/1] RUN make\n#1 0.5 cc a.c\n#1 DONE 0.6s\n"},
    "a case folder": {"case": str(LINKS / "prebuilt-for-the-host" / "arm64-bfd")},
    "a log for each platform": {"log": {"linux/arm64": LOG, "linux/amd64": LOG}},
    "hostile": {
        "log": LOG.replace("frobnicate", f"f{HOSTILE}").replace("cc main.o", f"cc {HOSTILE}"),
        "dockerfile": f"FROM debian\nRUN export CFLAGS='{HOSTILE}'; make\n",
        "build_args": {HOSTILE: HOSTILE},
    },
    "a name of 5,000 characters": {"log": LOG.replace("frobnicate", "_Z" + "a" * 5000)},
}


@pytest.mark.parametrize("name", CASES)
def test_every_section_reads_well_for_every_case(name: str) -> None:
    """No section is empty, large, active or steers what shows it; plain text says the same."""
    told = diag.investigate(**CASES[name])
    for section, html in all_of(told).items():
        assert sentences(html), section
        assert len(html) < 20_000, section
        assert not rules._ACTIVE.search(html), section
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e\u2066-\u2069]", html), section
        assert all(len(rows) <= MAX_ROWS for rows in rules._tables(html)), section
        assert max((max(r, default=0) for r in rules._tables(html)), default=0) <= 7, section
    for section in ("answer", "evidence", "linker", "log"):
        assert "\x1b" not in str(getattr(told, section)())


def test_a_demo_is_told_as_one_and_gives_way() -> None:
    """To a log, a Dockerfile, objects or a case; parameters of the build alone are none of them."""
    demo = str(LINKS / "prebuilt-for-the-host" / "arm64-bfd")
    for given in ({}, {"platforms": ["linux/arm64"]}):
        told = diag.investigate(demo=demo, **given)
        assert sentences(html_of(told.answer())).startswith(DEMO)
        assert told.verdict.title
    for name, value in (("log", LOG), ("dockerfile", DOCKERFILE), ("case", demo)):
        told = diag.investigate(**{name: value}, demo=demo)  # type: ignore[arg-type]
        assert DEMO not in sentences(html_of(told.answer()))
    told = diag.investigate(log=LOG, demo=demo)
    assert "frobnicate" in html_of(told.answer())
    assert told.case.dockerfile is None
    assert not told.object_files


def test_a_demo_that_is_not_there_is_nothing_named() -> None:
    """The notebook was taken out of its folder."""
    assert "Nothing is named yet" in sentences(html_of(diag.investigate(demo="no/demo").answer()))


def test_the_committed_notebook_says_that_it_shows_the_demo() -> None:
    """The cells are empty, and the first answer says so."""
    committed = nbformat.read(ROOT / "notebooks" / "investigate.ipynb", as_version=4)
    given: dict[str, Any] = {}
    exec(run.parameters_cell(committed)["source"], given)
    assert not any(given[name] for name in ("case", "log", "dockerfile", "objects"))
    shown = [o["data"].get("text/html", "") for c in committed.cells for o in c.get("outputs", [])]
    assert DEMO in sentences(shown[0])


def test_a_long_command_can_be_copied() -> None:
    """Its comment stands above it, and it is broken where a shell reads on; lines stay lines."""
    words = " ".join(f"--option-{n}=value" for n in range(9))
    html = Typed([f"tool {words} # {'why it is so ' * 12}\nnext"]).html()
    lines = sentences(html).split("\n")
    assert max(map(len, lines)) <= 84
    comment = [line for line in lines if line.startswith("# ")]
    assert lines[: len(comment)] == comment
    assert len(comment) > 1
    command = "\n".join(lines[len(comment) :])
    assert command.replace(" \\\n ", "") == f"tool {words}\nnext"


def test_an_experiment_names_what_is_known() -> None:
    """The Dockerfile and the platform, in place of words for them."""
    text = 'FROM debian\nARG TARGETARCH\nRUN case "$TARGETARCH" in amd64) export F=1 ;; esac; cargo build\n'
    verdict = diag.Case(dockerfile=text, platforms=["linux/arm64"]).diagnose()
    told = {f.experiment for f in verdict.findings if f.cause == "no-branch-matched"}
    assert "diag env Dockerfile --platform linux/arm64 --command cargo" in told


def test_a_section_without_data_is_one_line() -> None:
    """Of a log alone: no Dockerfile, no objects, nothing refuted, and each says so."""
    told = diag.investigate(log=LOG)
    for name in (
        "flags_chart",
        "flags_table",
        "lost",
        "symbols",
        "refuted",
        "fix",
        "proof",
        "pages",
    ):
        assert html_of(getattr(told, name)()).count("<p>") == 1


def test_nothing_looked_at_is_not_nothing_found() -> None:
    """Without objects, nothing is said of their functions."""
    told = diag.investigate(log=LOG)
    isa = diag.read_isa(beyond_floor=True, with_guards=True)
    assert sentences(html_of(told.instruction_sets_chart(isa))).startswith("No object")
    objects = str(LINKS / "nothing-defines-it" / "amd64")
    isa = diag.read_isa(objects, beyond_floor=True, with_guards=True)
    told = diag.investigate(objects=objects)
    assert sentences(html_of(told.instruction_sets_chart(isa))).startswith("No function")


def test_a_postmortem_says_that_the_program_died() -> None:
    """Where the build ended well and the program did not; and nothing of a machine that is not told."""
    folder = LINKS / "cached-for-another-cpu" / "amd64-default"
    told = diag.investigate(case=str(folder))
    said = sentences(html_of(told.causes()))
    assert "✘ SIGILL when it ran; native-march-in-shared-cache" in said
    assert list(told.verdict.outcomes["ended"]) == ["SIGILL"]


def test_what_a_fix_does_not_cure_is_nobodys_task() -> None:
    """It stands among the limits; a row of follow-ups has somebody who does it."""
    finding = CATALOGUE["exec-format-error"].finding("supported", Symbol("f", "linux/amd64"), ())
    assert any(step.startswith(NOT_CURED) for step in finding.fix)
    told = follow_ups_shown(handmade.verdict(findings=(finding,)))._repr_html_()
    assert NOT_CURED not in told
    assert escape(finding.fix[0])[:40] in told


def test_the_deciding_line_stands_among_its_neighbours() -> None:
    """With its number, a sign, and the deciding words marked."""
    html = html_of(diag.investigate(log=LOG).log())
    assert "▶ 3  main.c" in html
    assert "<mark><b>undefined reference to</b></mark> `<mark><b>frobnicate</b></mark>" in html
    assert "  1  [builder 2/2]" in html


def test_a_long_line_is_cut_around_what_decides() -> None:
    """The symbol where the line has it, else the words that are cited."""
    text = "x" * 300 + " undefined reference to `name' " + "y" * 300
    html = Lines("build.log", [(7, text, text)], ["name"]).html()
    assert "<b>undefined reference to</b></mark> `<mark><b>name" in html
    cited = Lines("build.log", [(7, text.replace("undefined", "a"), "reference to `name'")]).html()
    assert "reference to `name'" in unescape(cited)


def test_places_near_each_other_are_one_excerpt() -> None:
    """The log is named once, its lines stand once and in their order, and a gap is seen."""
    log = "".join(f"#1 {n}.0 line {n}\n" for n in range(1, 21))
    case = diag.Case(log=log)
    verdict = diag.Case(log=LOG).diagnose()
    seen = [Evidence("<pasted>", n, f"line {n}") for n in (17, 2, 7)]
    (first, *others) = verdict.findings
    held = replace(first, role="cause", status="supported", evidence=tuple(seen))
    told = log_shown(replace(verdict, findings=(held, *others)), case, Redactor())
    lines = str(told).split("\n")
    assert lines[0] == "<pasted>"
    assert [line.split()[-1] for line in lines[1:] if line] == [
        *map(str, range(1, 11)), "…", *map(str, range(14, 21)),
    ]  # fmt: skip
    assert [line.split()[1] for line in lines if "▶" in line] == ["2", "7", "17"]


def test_the_same_place_is_shown_once() -> None:
    """Two steps of a judgement may stand on one line."""
    one, other = Evidence("build.log", 1, "gcc -c a.c"), Evidence("build.log", 2, "gcc -c a.c")
    shown = Cited([one, one, other])
    assert shown.html().count("<tr>") == 1 + 2
    assert as_plain_text(shown.screen()).count("build.log:1") == 1


def test_a_short_cell_is_not_broken() -> None:
    """Beside a path that a browser gives all the room."""
    frame = pd.DataFrame({"build": ["✘ failed"], "where": ["a/very/long/path/to/the/log"]})
    cells = re.findall(r"<td([^>]*)>", Tabled(frame).html())
    assert ["nowrap" in style for style in cells] == [True, False]


def test_thousands_of_rows_are_counted() -> None:
    """A table is a page: twelve rows, the number of the others, and where they are."""
    rows = diag.Case(log=LOG).link_errors
    many = rows.loc[rows.index.repeat(10_000)].reset_index(drop=True)[["symbol", "file"]]
    html = Tabled(many, "told.case.link_errors").html()
    assert html.count("<tr>") == MAX_ROWS + 1
    assert "9,988 further rows not shown" in html
    assert "told.case.link_errors" in html


def test_a_mask_leaves_pictures_whole() -> None:
    """A secret may be letters that a picture has by chance; in its words it is masked."""
    html = f'<img alt="a {SECRET} b" src="data:image/png;base64,AB{SECRET.replace("-", "/")}CD=="> {SECRET}'
    output = nbformat.v4.new_output("display_data", {"text/html": html})
    run._clean(output, 1, Redactor(frozenset([SECRET, SECRET.replace("-", "/")])))
    assert output.data["text/html"] == html.replace(SECRET, MASK)


def test_a_secret_of_the_build_is_shown_nowhere() -> None:
    """A value known by its name in a build argument, wherever the log repeats it."""
    told = diag.investigate(
        log=LOG.replace("frobnicate", f"f_{SECRET}_x").replace("cc main.o", f"cc -D{SECRET}"),
        dockerfile=DOCKERFILE.replace("-O2", f"-D{SECRET}"),
        build_args={"NPM_TOKEN": SECRET},
    )
    assert [name for name, html in all_of(told).items() if SECRET in html] == []
    assert MASK in html_of(told.log())


# -- filled and executed ---------------------------------------------------------------------------


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any) -> Any:
    """Runs `diag` in a folder of its own: (status, standard error)."""
    monkeypatch.chdir(tmp_path)

    def run_it(*args: str, piped: bytes = b"") -> tuple[int, str]:
        stream = SimpleNamespace(
            buffer=SimpleNamespace(read=lambda *_: piped), isatty=lambda: False
        )
        monkeypatch.setattr("sys.stdin", stream)
        with pytest.raises(SystemExit) as ended:
            cli.main(list(args))
        return int(ended.value.code or 0), capsys.readouterr().err

    return run_it


def outputs(path: Path) -> str:
    """All words that a notebook's outputs hold, and the rules that executed cells keep."""
    notebook = nbformat.read(path, as_version=4)
    assert [b for rule in rules.RULES for b in rule(notebook)] == []
    counts = [cell["execution_count"] for _, cell in rules.code_cells(notebook)]
    assert counts == list(range(1, len(counts) + 1))
    assert not re.search(r"papermill|start_time|duration|injected", str(notebook.metadata))
    assert notebook.metadata["language_info"] == IPythonKernel.language_info
    assert notebook.metadata["kernelspec"] == run.kernelspec()
    return "\n".join(str(output.get("data", "")) for _, output in rules.outputs(notebook))


def test_a_log_from_a_pipe_with_secrets_becomes_a_notebook(command: Any, tmp_path: Path) -> None:
    """The log is kept beside it; paths are from its folder; no secret is in any of the files."""
    (tmp_path / "Dockerfile").write_text(DOCKERFILE.replace("-O2", f"-D{SECRET}"))
    args = ("--dockerfile", "Dockerfile", "--build-arg", f"NPM_TOKEN={SECRET}")
    log = LOG.strip().replace("cc main.o", f"cc -D{SECRET}").encode()
    (tmp_path / "out").mkdir()
    status, err = command("investigate", "-", *args, "--notebook", "out/case.ipynb", piped=log)
    assert (status, err) == (1, "written: out/case.stdin.log, out/case.ipynb\n")
    source = run.parameters_cell(nbformat.read(tmp_path / "out/case.ipynb", as_version=4))["source"]
    assert 'log = "case.stdin.log"' in source
    assert 'dockerfile = "../Dockerfile"' in source
    assert "frobnicate" in outputs(tmp_path / "out/case.ipynb")
    assert "case.stdin.log:3" in outputs(tmp_path / "out/case.ipynb")
    for file in (tmp_path / "out").iterdir():
        assert SECRET not in file.read_text()
        assert str(tmp_path) not in file.read_text()


def test_a_case_folder_becomes_a_postmortem(command: Any, tmp_path: Path) -> None:
    """With the cause of its platform, and what people have to write. It may be written again until
    somebody has written in it."""
    for name in ("arm64", "arm64-bfd"):
        shutil.copytree(LINKS / "prebuilt-for-the-host" / name, tmp_path / name)
    args = ("investigate", "arm64-bfd", "--notebook", "post.ipynb", "--template", "postmortem")
    assert command(*args) == (1, "written: post.ipynb\n")
    text = outputs(tmp_path / "post.ipynb")
    assert "linux/arm64: ✘ failed; wrong-arch-prebuilt-archive" in text
    assert "to be written" in text
    run.check_target(tmp_path / "post.ipynb")
    notebook = nbformat.read(tmp_path / "post.ipynb", as_version=4)
    notebook.cells[-1]["source"] = "We learned a lot."
    nbformat.write(notebook, tmp_path / "post.ipynb")
    status, err = command(*args)
    assert status == 2
    assert err.startswith("diag: post.ipynb: is not overwritten")


@pytest.mark.parametrize(
    ("args", "told"),
    [
        (("log", "--template", "postmortem"), "--template is the template of --notebook"),
        (("log", "--notebook", "."), "is a folder"),
        (("log", "--notebook", "log/x.ipynb"), "cannot be written"),
        (("log", "--notebook", "log"), "is not overwritten"),
    ],
)
def test_bad_words_end_with_one_message(
    command: Any, tmp_path: Path, args: tuple[str, ...], told: str
) -> None:
    """Status 2, one message, nothing lost."""
    (tmp_path / "log").write_text(LOG)
    status, err = command("investigate", *args)
    assert status == 2
    assert told in err
    assert "Traceback" not in err
    assert (tmp_path / "log").read_text() == LOG


@pytest.mark.parametrize(
    "error",
    [
        PapermillExecutionError(3, 1, "x()", "NameError", f"no\nname {SECRET}", []),
        RuntimeError("Kernel died"),
    ],
)
def test_a_cell_that_fails_is_one_line(
    error: Exception, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And nothing is written."""
    monkeypatch.setattr(
        papermill, "execute_notebook", lambda *_, **__: (_ for _ in ()).throw(error)
    )
    mask = Redactor(frozenset([SECRET]))
    with pytest.raises(InputError) as told:
        run.write_notebook(tmp_path / "x.ipynb", "investigate", {}, mask)
    assert "\n" not in str(told.value)
    assert SECRET not in str(told.value)
    assert not (tmp_path / "x.ipynb").exists()


def test_a_cell_shows_one_output() -> None:
    """In a kernel rich shows an empty output beside what it prints, unless it is told not to."""
    notebook = nbformat.read(ROOT / "notebooks" / "investigate.ipynb", as_version=4)
    counts = [len(cell.get("outputs", [])) for _, cell in rules.code_cells(notebook)]
    assert counts == [0] + [1] * (len(counts) - 1)
