"""The sections of a case's notebook: each reads well for every case, and none shows a secret."""

from __future__ import annotations

import re
from dataclasses import replace
from html import escape, unescape
from typing import Any

import nbformat
import pandas as pd
import pytest

import diag
from diag.causes import CATALOGUE
from diag.causes.facts import Symbol
from diag.causes.model import Evidence
from diag.causes.texts import NOT_CURED
from diag.show import notebook_run as run
from diag.show.investigation import DEMO, UNFILLED
from diag.show.notebook_log import log_shown
from diag.show.notebook_postmortem import follow_ups_shown
from diag.show.redact import MASK, Redactor
from diag.show.shown import MAX_ROWS, Cited, Lines, Tabled, Typed
from diag.show.terminal import as_plain_text
from tests import handmade
from tests import notebook_rules as rules
from tests.notebook_case import DOCKERFILE, LINKS, LOG, ROOT, SECRET, all_of, html_of, sentences

HOSTILE = "<script>alert(1)</script> $x$ \x1b[31mred\x1b[0m \u202egnp.\u202c [bold]b[/bold] `t` |"


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
