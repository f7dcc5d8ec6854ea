"""The pages in a real browser: they ask for nothing, complain of nothing, fit window and paper.

axe-core judges what a screen reader and a keyboard get.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from markupsafe import Markup

from diag import schema
from diag.show.report import comparison_page, report_page, write_report
from diag.show.report_parts import Other, Page, breakable
from tests import handmade as h
from tests.browser import axe_findings, axe_source, chromium, opened

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ \u202e"
LONG = "/".join(["a_folder_with_a_long_name"] * 12)


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """One browser for all tests here."""
    with chromium() as found:
        yield found


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """A report with every section, and hostile text in its fields."""
    finding = h.finding(claim=HOSTILE, fix=(HOSTILE,))
    errors = schema.make(
        "errors",
        [{"file": LONG, "where": "1", "member": "", "line_no": 1, "reason": HOSTILE, "help": "?"}],
    )
    verdict = h.verdict(findings=(finding, *h.FINDINGS), title=HOSTILE, errors=errors)
    other = Other("after", h.verdict(), h.comparison())
    path = tmp_path_factory.mktemp("report") / "index.html"
    return write_report(path, h.case(), verdict, others=[other], pages=[Page(HOSTILE, "a.html")])


@pytest.fixture(scope="module")
def notebook_pages(walkthrough: tuple[Path, list[Page]]) -> list[Path]:
    """The project's notebooks, as `make report` converts them."""
    folder, pages = walkthrough
    return [folder / page.href for page in pages]


def test_the_report_makes_no_request(browser, report) -> None:
    """One request, for the file itself; no error in the console; every chart is drawn."""
    found = opened(browser, report)
    assert found.asked == [report.as_uri()]
    assert found.complaints == []
    widths = found.page.eval_on_selector_all("img", "images => images.map(i => i.naturalWidth)")
    assert len(widths) == 3
    assert min(widths) > 100
    found.page.close()


def test_hostile_text_makes_no_element(browser, report) -> None:
    """Markup in a field is text: no script, no image of its own."""
    page = opened(browser, report).page
    assert page.locator("script").count() == 0
    assert page.locator("img[src=x]").count() == 0
    assert "<script>alert(2)</script>" in page.inner_text("body")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_fits_the_window(browser, report, scheme: str, width: int) -> None:
    """No sideways scrolling of the page; text and paper differ in light and in dark."""
    size = {"width": width, "height": 800}
    page = opened(browser, report, viewport=size, color_scheme=scheme).page
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (sum(colour_of(page)) > sum(colour_of(page, "backgroundColor"))) == (scheme == "dark")
    page.close()


def colour_of(page: Any, what: str = "color") -> list[int]:
    """Red, green and blue of the page's text, or of its paper."""
    colour = page.evaluate(f"getComputedStyle(document.documentElement).{what}")
    return [int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]


def test_headings_and_names_serve_a_screen_reader(browser, report) -> None:
    """A language, one main heading, no level left out, every image and scrolled part named."""
    page = opened(browser, report).page
    assert page.evaluate("document.documentElement.lang") == "en"
    levels = page.eval_on_selector_all(
        "h1, h2, h3", "all => all.map(h => Number(h.tagName.slice(1)))"
    )
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("[tabindex='0']:not([role=group][aria-label])").count() == 0
    assert page.locator("#walkthrough + p + ul a").count() == 1
    for link in page.locator("nav a, a.skip").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_axe_finds_nothing(browser, report, tmp_path, width: int, scheme: str) -> None:
    """Contrast, landmarks, names, tables, keyboard: in the report and in a comparison."""
    axe_source()
    compared = tmp_path / "comparison.html"
    compared.write_text(comparison_page(h.comparison()), encoding="utf-8")
    size = {"width": width, "height": 800}
    for path in (report, compared):
        page = opened(browser, path, viewport=size, color_scheme=scheme, bypass_csp=True).page
        assert axe_findings(page) == []
        page.close()


def test_axe_would_find_something(browser, tmp_path) -> None:
    """The oracle itself: an image without words, grey on grey."""
    axe_source()
    path = tmp_path / "bad.html"
    path.write_text("<img src='data:,'><p style='color:#ccc;background:#ddd'>grey</p>")
    page = opened(browser, path, bypass_csp=True).page
    found = {line.split(":")[0] for line in axe_findings(page)}
    assert found >= {"critical image-alt", "serious color-contrast", "serious document-title"}
    page.close()


def test_the_keyboard_reaches_everything(browser, report) -> None:
    """Tab leads first to the link that skips, then to every link, table and fold, in the order of
    the page, each with a ring around it."""
    page = opened(browser, report).page
    wanted = page.evaluate(f"({RING})().count")
    assert wanted > 15
    for number in range(wanted):
        page.keyboard.press("Tab")
        told = page.evaluate(RING)
        assert told["number"] == number
        assert (told["ring"], told["seen"]) == ("solid", True), told
    page.locator("a.skip").focus()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.close()


RING = """() => {
  const folded = one => one.closest("details:not([open])") && one.tagName != "SUMMARY";
  const every = [...document.querySelectorAll("a[href], summary, [tabindex='0']")];
  const all = every.filter(one => !folded(one));
  const here = document.activeElement, box = here.getBoundingClientRect();
  const seen = box.left >= 0 && box.top < innerHeight && box.bottom > 0;
  return {count: all.length, number: all.indexOf(here), ring: getComputedStyle(here).outlineStyle, seen};
}"""


def test_the_report_prints(browser, report) -> None:
    """On A4, also where the screen is dark: dark on white, without the navigation, nothing beyond
    the margin, folds open, and a link says where it leads."""
    size = {"width": PAPER, "height": 1000}
    page = opened(browser, report, viewport=size, color_scheme="dark").page
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert sum(colour_of(page)) < 150
    assert colour_of(page, "backgroundColor") == [255, 255, 255]
    boxes = "all => all.map(one => Math.ceil(one.getBoundingClientRect().right))"
    assert max(page.eval_on_selector_all("main *", boxes)) <= PAPER
    assert page.locator("details:not([open]) td").first.is_visible()
    after = "link => getComputedStyle(link, '::after').content"
    assert "a.html" in page.eval_on_selector("#walkthrough + p + ul a", after)
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


PAPER = 680  # pixels of CSS between the margins of A4


def test_paths_break_after_a_slash_and_tags_stay() -> None:
    """Text between tags alone is changed; text that is no markup is escaped; short words stay whole."""
    long, broken = "target/release/libx.rlib:12", "target/<wbr>release/<wbr>libx.rlib:12"
    assert breakable(Markup(f'<td a="{long}">{long}</td>')) == f'<td a="{long}">{broken}</td>'
    assert breakable(f"<{long}>") == f"&lt;{broken}&gt;"
    assert breakable("linux/arm64 build.log:1042") == "linux/arm64 build.log:1042"


def test_a_name_in_the_headline_is_code() -> None:
    """Backticks mark a name there too; they are not shown."""
    page = report_page(h.case(), h.verdict(outcome="undecided", findings=()))
    assert f"<code>{h.SYMBOL}</code>" in page.split("</h1>")[0]


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_a_converted_notebook_makes_no_request(browser, notebook_pages, width, scheme) -> None:
    """One request, for the file itself; no complaint; every picture is drawn and has words; no
    sideways scrolling, on a telephone neither."""
    assert notebook_pages
    for path in notebook_pages:
        size = {"width": width, "height": 800}
        found = opened(browser, path, viewport=size, color_scheme=scheme)
        page = found.page
        assert found.asked == [path.as_uri()]
        assert found.complaints == []
        widths = page.eval_on_selector_all("img", "images => images.map(i => i.naturalWidth)")
        assert all(drawn > 100 for drawn in widths), path.name
        assert page.locator("img:not([alt]), img[alt='']").count() == 0
        assert page.locator("script").count() == 0
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


@pytest.mark.parametrize(("width", "scheme"), [(400, "light"), (1280, "dark")])
def test_axe_finds_nothing_in_a_converted_notebook(browser, notebook_pages, width, scheme) -> None:
    """Code in its colours, tables that scroll, a page of docs/ that a notebook leads to; all pages
    are judged by tests/jupyterlab_run.py."""
    axe_source()
    size = {"width": width, "height": 800}
    docs = sorted((notebook_pages[0].parent.parent / "docs").rglob("*.html"))
    for path in (notebook_pages[0], docs[0]):
        page = opened(browser, path, viewport=size, color_scheme=scheme, bypass_csp=True).page
        assert axe_findings(page) == [], path.name
        page.close()


def test_the_report_leads_to_notebooks(browser, notebook_pages) -> None:
    """From the report to a notebook and back."""
    folder = notebook_pages[0].parent.parent
    pages = [Page("A notebook", str(notebook_pages[0].relative_to(folder)))]
    report = write_report(folder / "index.html", h.case(), h.verdict(), pages=pages)
    page = opened(browser, report).page
    page.click("text=A notebook")
    assert page.url == notebook_pages[0].as_uri()
    page.click("text=The report")
    assert page.url == report.as_uri()
    page.close()
    report.unlink()  # the folder serves other tests too
