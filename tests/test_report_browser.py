"""The report in a real browser: it asks for nothing, complains of nothing, and fits the window."""

from __future__ import annotations

import itertools
import os
import runpy
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diag.show.report import write_report
from diag.show.report_parts import Other, Page
from tests import handmade as h

pytestmark = pytest.mark.browser

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = "/usr/bin/chromium"
FLAGS = [
    "--no-sandbox",  # the tests run as root in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
HOSTILE = "<img src=x onerror=alert(1)><script>alert(2)</script> $x$ \u202e"


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Debian's chromium; where it is not installed the tests are skipped (a failure in CI)."""
    if not Path(CHROMIUM).exists() and shutil.which("chromium") is None:
        reason = "chromium is not installed here (apt-get install chromium)"
        if os.environ.get("DIAG_NO_SKIP") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = CHROMIUM if Path(CHROMIUM).exists() else shutil.which("chromium")
        opened = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """A report with every section, and hostile text in its fields."""
    finding = h.finding(claim=HOSTILE, fix=(HOSTILE,))
    verdict = h.verdict(findings=(finding, *h.FINDINGS), title=HOSTILE)
    other = Other("after", h.verdict(), h.comparison())
    path = tmp_path_factory.mktemp("report") / "index.html"
    return write_report(path, h.case(), verdict, others=[other], pages=[Page(HOSTILE, "a.html")])


@pytest.fixture(scope="module")
def notebook_pages(tmp_path_factory) -> list[Path]:
    """The project's notebooks, as `make report` converts them."""
    folder = tmp_path_factory.mktemp("walkthrough")
    write = runpy.run_path(str(ROOT / "tools" / "walkthrough.py"))["write_walkthrough"]
    return [folder / page.href for page in write(folder)]


def opened(browser: Any, report: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    """The page, the addresses that it asked for, and what it complained of."""
    page = browser.new_page(**options)
    asked: list[str] = []
    complaints: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(report.as_uri())
    page.wait_for_load_state("networkidle")
    return page, asked, complaints


def test_the_report_makes_no_request(browser, report) -> None:
    """One request, for the file itself; no error in the console; every chart is drawn."""
    page, asked, complaints = opened(browser, report)
    assert [url for url in asked if not url.startswith("data:")] == [report.as_uri()]
    assert complaints == []
    widths = page.eval_on_selector_all("img", "images => images.map(i => i.naturalWidth)")
    assert len(widths) == 3
    assert min(widths) > 100
    page.close()


def test_hostile_text_makes_no_element(browser, report) -> None:
    """Markup in a field is text: no script, no image of its own."""
    page, _, _ = opened(browser, report)
    assert page.locator("script").count() == 0
    assert page.locator("img[src=x]").count() == 0
    assert "<script>alert(2)</script>" in page.inner_text("body")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [400, 1280])
def test_the_report_fits_the_window(browser, report, scheme: str, width: int) -> None:
    """No sideways scrolling of the page; text and paper differ in light and in dark."""
    size = {"width": width, "height": 800}
    page, _, _ = opened(browser, report, viewport=size, color_scheme=scheme)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    style = "getComputedStyle(document.documentElement)"
    ink, paper = page.evaluate(f"[{style}.color, {style}.backgroundColor]")
    assert (sum(channels(ink)) > sum(channels(paper))) == (scheme == "dark")
    page.close()


def channels(colour: str) -> list[int]:
    """Red, green and blue of `rgb(...)`."""
    return [int(part) for part in colour[colour.index("(") + 1 : -1].split(",")[:3]]


def test_headings_and_names_serve_a_screen_reader(browser, report) -> None:
    """A language, one main heading, no level left out, every image and region named."""
    page, _, _ = opened(browser, report)
    assert page.evaluate("document.documentElement.lang") == "en"
    levels = page.eval_on_selector_all(
        "h1, h2, h3", "all => all.map(h => Number(h.tagName.slice(1)))"
    )
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))
    assert page.locator("img:not([alt]), img[alt='']").count() == 0
    assert page.locator("[role=region]:not([aria-label])").count() == 0
    assert page.locator("#walkthrough + p + ul a").count() == 1
    for link in page.locator("nav a, a.skip").all():
        assert page.locator(link.get_attribute("href")).count() == 1
    page.close()


def test_the_report_prints(browser, report) -> None:
    """A PDF of some pages comes out, without the navigation."""
    page, _, _ = opened(browser, report)
    page.emulate_media(media="print")
    assert not page.locator("nav").is_visible()
    assert page.pdf(format="A4").startswith(b"%PDF")
    page.close()


@pytest.mark.parametrize(("width", "scheme"), [(400, "dark"), (1280, "light")])
def test_a_converted_notebook_makes_no_request(browser, notebook_pages, width, scheme) -> None:
    """One request, for the file itself; no complaint; every picture is drawn and has words; no
    sideways scrolling, on a telephone neither."""
    assert notebook_pages
    for path in notebook_pages:
        size = {"width": width, "height": 800}
        page, asked, complaints = opened(browser, path, viewport=size, color_scheme=scheme)
        assert [url for url in asked if not url.startswith("data:")] == [path.as_uri()]
        assert complaints == []
        widths = page.eval_on_selector_all("img", "images => images.map(i => i.naturalWidth)")
        assert all(drawn > 100 for drawn in widths), path.name
        assert page.locator("img:not([alt]), img[alt='']").count() == 0
        assert page.locator("script").count() == 0
        assert page.locator("h1").count() == 1
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        page.close()


def test_the_report_leads_to_notebooks(browser, notebook_pages) -> None:
    """From the report to a notebook and back."""
    folder = notebook_pages[0].parent.parent
    pages = [Page("A notebook", str(notebook_pages[0].relative_to(folder)))]
    report = write_report(folder / "index.html", h.case(), h.verdict(), pages=pages)
    page, _, _ = opened(browser, report)
    page.click("text=A notebook")
    assert page.url == notebook_pages[0].as_uri()
    page.click("text=The report")
    assert page.url == report.as_uri()
    page.close()
