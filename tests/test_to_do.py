"""What to do, and after it what that does not cure: a sentence of its own, no step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from diag.causes.model import Finding
from diag.causes.texts import NOT_CURED
from diag.show.display_html import finding_html, verdict_html
from diag.show.display_markdown import finding_markdown
from diag.show.github import annotation_lines
from diag.show.github_summary import summary_markdown
from diag.show.notebook_sections import fix_shown
from diag.show.report import report_page
from diag.show.sarif import sarif_log
from diag.show.sentences import answer, what_to_do
from diag.show.terminal import as_plain_text, verdict_screen
from tests import handmade as h
from tests.ci_samples import ROOTS, places

LEFT = f"{NOT_CURED}a link without the linker"
FOUND = h.finding(fix=("one step", "another", LEFT))
VERDICT = h.verdict(findings=(FOUND,))
DISPLAYS: dict[str, tuple[Callable[[], str], str]] = {
    "screen": (lambda: as_plain_text(verdict_screen(VERDICT)), "  2. another\n\n  {}\n"),
    "summary": (lambda: summary_markdown(VERDICT), "2. another\n\n{}\n"),
    "page": (lambda: report_page(h.case(), VERDICT), "<li>another</li></ol>\n<p>{}</p>"),
    "cell": (lambda: verdict_html(VERDICT), "<li>another</li></ol><p>{}</p>"),
    "cell of a finding": (lambda: finding_html(FOUND), "<li>another</li></ol><p>{}</p>"),
    "markdown of a finding": (lambda: finding_markdown(FOUND), "2. another\n\n{}\n"),
    "notebook": (lambda: fix_shown(VERDICT)._repr_html_(), "<li>another</li></ol><p>{}</p>"),
}


@pytest.mark.parametrize("name", DISPLAYS)
def test_what_is_not_cured_stands_behind_the_steps(name: str) -> None:
    """It has no number: nobody can do it."""
    draw, shape = DISPLAYS[name]
    assert shape.format(f"{LEFT}.") in draw()


def test_sarif_has_it_beside_the_steps_and_the_json_among_them() -> None:
    """The JSON's list stays as it was."""
    (result,) = sarif_log(places(VERDICT), ROOTS)["runs"][0]["results"]
    assert result["properties"]["fix"] == ["one step", "another"]
    assert result["properties"]["not_cured"] == [f"{LEFT}."]
    assert VERDICT.to_json()["findings"][0]["fix"] == ["one step", "another", LEFT]


@pytest.mark.parametrize("role", ["cause", "contributing"])
def test_it_is_never_the_thing_to_do(role: str) -> None:
    """Where nothing else is known, no step is named at all."""
    found: Finding = h.finding(fix=(LEFT,), role=role)
    verdict = h.verdict(findings=(h.finding(fix=()), found))
    assert what_to_do(verdict) == ()
    lines = "\n".join(annotation_lines(places(verdict), ROOTS))
    assert "To do" not in lines
    assert "what to do" not in answer(verdict)[2].lower()
    assert "What to do" not in report_page(h.case(), verdict)
