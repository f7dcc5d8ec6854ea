"""The report beside the documentation: names of causes lead to their pages, and only there."""

from __future__ import annotations

import re
from pathlib import Path

import report
from walkthrough import write_walkthrough

from diag.show.report import report_page
from diag.show.report_parts import Docs, Page, with_pages
from tests import handmade as h

NAMES = ("kernel-object-not-built", "variables-lost-after-case", "archive-order")
DOCS = Docs("docs/README.html", {name: f"docs/causes/{name}.html" for name in NAMES})
LED = '<a class="cause" href="docs/causes/{0}.html"><code>{0}</code></a>'


def test_each_name_of_a_cause_leads_to_its_page() -> None:
    """In headings, lists, the answer and tables; the documentation's first page is named too."""
    page = report_page(h.case(), h.verdict(), pages=[Page("One", "one.html")], docs=DOCS)
    for name in NAMES:
        assert LED.format(name) in page
        assert f"<code>{name}</code>" not in page.replace(LED.format(name), "")
    cell = LED.format(NAMES[0]).replace("<code>", "").replace("</code>", "")
    assert f">{cell}</td>" in page
    assert '<a href="docs/README.html">the documentation</a>' in page


def test_a_page_alone_leads_nowhere() -> None:
    """`--html` writes one file: beside it stands nothing."""
    page = report_page(h.case(), h.verdict())
    assert re.findall(r'href="(?!#|data:)', page) == []


def test_a_name_without_a_page_stays() -> None:
    """So does one amid other words, and one that is no name at all."""
    for text in ("<code>not-a-cause</code>", "<code>cc archive-order</code>", "<td>unknown</td>"):
        assert with_pages(text, DOCS) == text


def test_the_documentation_is_written_with_its_pictures(tmp_path: Path) -> None:
    """Its first page, what that leads to, pictures inside: nothing is loaded. Each cause's page is
    found by its name."""
    docs = tmp_path / "docs"
    (docs / "causes").mkdir(parents=True)
    (docs / "README.md").write_text("# All\n\n[a](causes/archive-order.md) ![a chart](a.svg)\n")
    (docs / "causes" / "archive-order.md").write_text("# Order\n\n[all](README.md)\n")
    (docs / "causes" / "README.md").write_text("# Causes\n")
    (docs / "a.svg").write_text("<svg xmlns='http://www.w3.org/2000/svg'/>")
    write_walkthrough(tmp_path / "out", tmp_path)
    page = (tmp_path / "out" / "docs" / "README.html").read_text()
    assert 'src="data:image/svg+xml;base64,' in page
    known = next(name for name in report.CATALOGUE)
    (tmp_path / "out" / "docs" / "causes" / f"{known}.html").write_text("")
    found = report.docs_in(tmp_path / "out")
    assert found == Docs("docs/README.html", {known: f"docs/causes/{known}.html"})
