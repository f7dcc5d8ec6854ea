"""Headlines: what they name is true, and short enough to be read."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag import schema
from diag.case import Case
from diag.show.github_summary import summary_markdown
from diag.show.report import report_page
from diag.show.sentences import answer, headline, platform_sentence
from diag.show.terminal import as_plain_text, verdict_screen
from tests import handmade as h

LONG = "a_name_" + "x" * 5000 + "_at_its_end"


@pytest.mark.parametrize("outcome", ["undecided", "explained"])
def test_of_a_name_of_a_screen_the_middle_is_left_out_and_counted(outcome: str) -> None:
    """Names of one library differ at their ends."""
    errors = schema.make("link_errors", [h.link_error(symbol=LONG)])
    found = h.finding(symbol=LONG, claim=f"{LONG} was never built.")
    findings = (found,) if outcome == "explained" else ()
    verdict = h.verdict(outcome=outcome, cause=None, findings=findings, link_errors=errors)
    for told in (headline(verdict), " ".join(answer(verdict)[:2])):
        assert "a_name_x" in told
        assert "x_at_its_end" in told
        assert "characters]…" in told
        assert len(told) < 800
    assert as_plain_text(verdict_screen(verdict)).count("xxx_at_its_end") >= 1
    assert as_plain_text(verdict_screen(verdict)).count("was never built") == len(findings)


def test_a_platform_whose_end_nobody_saw_is_named_so() -> None:
    """The platform itself is known."""
    ends = h.outcomes().assign(outcome=["failed", "unknown", "unknown"])
    verdict = h.verdict(outcomes=ends)
    told = "how linux/arm64 and linux/arm/v7 ended is not known."
    assert platform_sentence(verdict) == f"linux/amd64 failed; {told}"
    assert platform_sentence(verdict, others=True) == told.capitalize()
    assert answer(verdict)[0].endswith(f"; {told}")


def test_a_page_without_a_title_names_its_log_or_the_platforms(tmp_path: Path) -> None:
    """It knows not whether the build was for several machines."""
    log = tmp_path / "tsc.log"
    log.write_text("#5 [2/2] RUN make\n#5 0.1 main.c:1: error: no\n#5 ERROR: exit code: 1\n")
    page = report_page(Case(log=log))
    assert f'<p class="soft">{log}</p>' in page
    assert "multi-architecture" not in page
    page = report_page(h.case(), h.verdict(title=""))
    assert '<p class="soft">linux/amd64, linux/arm64 and linux/arm/v7</p>' in page


def test_the_summary_counts_refuted_causes() -> None:
    """One cause may explain several away: each of them was an explanation."""
    texts = (h.Evidence(h.LOG, 3, "explained by kernel-object-not-built: it holds"),)
    away = [h.finding(cause=name, status="refuted", evidence=texts) for name in ("one", "two")]
    told = summary_markdown(h.verdict(findings=(h.finding(), *away)))
    assert "Refuted: 2 explanations" in told
