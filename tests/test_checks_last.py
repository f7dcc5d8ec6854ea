"""What only checks the evidence is asked for last, in plain words, and is no cure."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from diag import Case
from diag.causes.model import Finding, Missing
from diag.show.deciding import what_would_decide
from diag.show.github import iter_annotations
from diag.show.places import Places
from diag.show.report import report_page
from diag.show.sentences import answer
from diag.show.tables import df_missing
from diag.show.terminal import as_plain_text, verdict_screen
from diag.show.wanted import CHECK_ALONE, what_is_missing
from tests import handmade as h

DOCKERFILE = Missing(
    "the Dockerfile", "what each command receives is computed from it", ("get it",)
)
OBJECTS = Missing("the objects", "who defines it is seen there", ("keep them",))
NPM = """\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [linux/amd64 2/2] RUN npm ci
#5 0.200 npm ERR! missing script
#5 ERROR: process "/bin/sh -c npm ci" did not complete successfully: exit code: 2
"""


def waiting(cause: str, role: str, missing: Missing) -> Finding:
    return h.finding(cause=cause, role=role, status="untestable", missing=(missing,), evidence=())


def check() -> Finding:
    return waiting("log-from-other-dockerfile", "contributing", DOCKERFILE)


def test_a_check_stands_behind_what_decides_anything() -> None:
    """Also behind what breaks nothing today, wherever the verdict has it."""
    latent = waiting("duplicate-ignored", "latent", OBJECTS)
    verdict = h.verdict(outcome="undecided", cause=None, findings=(check(), latent))
    told = what_would_decide(verdict)
    assert [one.missing.artefact for one in told if one.missing] == [
        "the objects",
        "the Dockerfile",
    ]
    assert [one.use for one in told] == ["decides 1 explanation", "decides no cause"]
    assert [w.missing.artefact for w in what_is_missing(verdict)] == [
        "the objects",
        "the Dockerfile",
    ]
    assert df_missing(verdict)["why"].tolist() == [OBJECTS.why, CHECK_ALONE]


def test_what_a_cause_waits_for_is_no_check() -> None:
    """The same artefact may be both: then it decides."""
    both = (waiting("arg-scope-lost", "cause", DOCKERFILE), check())
    (told,) = what_would_decide(h.verdict(outcome="undecided", cause=None, findings=both))
    assert told.use == "decides 2 explanations"
    assert told.missing == DOCKERFILE


def test_a_failure_of_npm_does_not_ask_for_the_dockerfile_as_its_cure(tmp_path: Path) -> None:
    """No sentence names it as what decides, the screen asks for nothing; the page says what it is
    good for."""
    (tmp_path / "build.log").write_text(NPM)
    case = Case(log=tmp_path / "build.log")
    verdict = case.diagnose()
    assert "Dockerfile" not in " ".join(answer(verdict))
    screen = " ".join(as_plain_text(verdict_screen(verdict, case), width=200).split())
    assert "What would decide" not in screen
    assert "Dockerfile" not in screen
    page = report_page(case, verdict)
    assert CHECK_ALONE in page
    assert "decides 1 explanation" not in page


def test_what_only_checks_gives_no_annotation() -> None:
    """A cause is found and nothing else is open: there is nothing to notice."""
    verdict = h.verdict(findings=(h.finding(), check()))
    (told,) = [one.kind for one in iter_annotations(Places(verdict, None))]
    assert told == "error"


def test_the_page_names_its_sections_by_what_they_hold() -> None:
    """What only checks stands apart; what nothing known decides was not missing."""
    latent = waiting("duplicate-ignored", "latent", OBJECTS)
    unknown = replace(latent, missing=())
    heads = {
        "What was missing, and what it would decide": (latent,),
        "What stays open": (unknown,),
        "What was missing": (),
    }
    for head, findings in heads.items():
        page = report_page(h.case(), h.verdict(findings=(h.finding(), *findings)))
        assert f'<h2 id="missing">{head}</h2>' in page
        assert 'id="checks"' not in page
    page = report_page(h.case(), h.verdict(findings=(h.finding(), check())))
    assert 'id="missing"' not in page
    assert 'id="checks">What would only check' in page
    assert "decides no cause" not in page
