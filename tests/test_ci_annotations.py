"""Annotations of GitHub: what is told where, how many, and that no text of strangers is a command."""

from __future__ import annotations

import pytest

from diag.cli_ci import _no_commands
from diag.show.github import Annotation, annotation_lines, iter_annotations
from diag.show.github_summary import summary_markdown
from diag.show.places import Place
from tests import handmade as h
from tests.ci_samples import ROOTS, Command, commands, hostile_verdict, places


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
        for symbol in (h.SYMBOL, "two")
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


def test_hostile_text_gives_no_command() -> None:
    """A runner finds our annotations and nothing else in all that is printed."""
    verdict = hostile_verdict()
    lines = annotation_lines(places(verdict), ROOTS)
    shown = _no_commands(summary_markdown(verdict))
    assert {command.name for command in commands("\n".join(lines))} == {
        "error",
        "warning",
        "notice",
    }
    assert not commands(shown)
    assert not commands(_no_commands("  ::error::x\n##[error]x"))
    assert "\u202e" not in "".join(lines) + shown
    assert "\x1b" not in "".join(lines) + shown
