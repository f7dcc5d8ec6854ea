"""Where there is nothing to draw a section is one sentence; a table names its columns in words."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diag import schema
from diag.show.charts import draw_symbols
from diag.show.report import report_page
from diag.show.symbols import df_symbols
from tests import handmade as h
from tests.browser import chromium, opened

NOTHING = "No objects were given: who wants and who defines the symbols is not seen."


def section(page: str, name: str) -> str:
    """What stands below that heading."""
    return re.split(r"<h2", page.split(f'<h2 id="{name}">')[1])[0]


def test_without_objects_the_symbols_are_one_sentence() -> None:
    """Sixty labels above no mark, and forty rows of nought, told nobody anything."""
    errors = [h.link_error(number, f"symbol_{number}") for number in range(1, 70)]
    nothing = (schema.empty("objects"), schema.empty("symbols"), {})
    case = h.case(link_errors=schema.make("link_errors", errors), _scanned=nothing)
    told = section(report_page(case, h.verdict()), "symbols")
    assert re.sub(r"<[^>]+>", "", told.split("</h2>")[1]).strip() == NOTHING
    assert draw_symbols(df_symbols(case)).is_empty  # type: ignore[attr-defined]


def test_the_table_beside_a_chart_has_words_above_its_columns() -> None:
    """Names of a frame are for programs; a row of a whole platform says that it is one."""
    told = section(report_page(h.case(), h.verdict()), "symbols")
    heads = re.findall(r"<th [^>]*>([^<]*)", told)
    assert heads == [
        "platform",
        "member",
        "symbol",
        "wants or defines",
        "members looked at",
        "where",
    ]
    assert "all members" in told


@pytest.mark.browser
def test_a_chart_can_be_read_on_a_telephone(tmp_path: Path) -> None:
    """Its box scrolls, the page does not; the keyboard reaches it; on paper it fits."""
    path = tmp_path / "page.html"
    path.write_text(report_page(h.case(), h.verdict()), encoding="utf-8")
    with chromium() as browser:
        page = opened(browser, path).page
        for width, media, scrolls in (
            (400, "screen", True),
            (1280, "screen", False),
            (680, "print", False),
        ):
            page.set_viewport_size({"width": width, "height": 800})
            page.emulate_media(media=media)
            box = page.locator("figure .scroll[tabindex='0'][role=group]").first
            inside, outside = box.evaluate("box => [box.scrollWidth, box.clientWidth]")
            drawn = page.locator("figure img").first.bounding_box()["width"]
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert (inside > outside) == (drawn > outside) == scrolls
            assert drawn > 600
