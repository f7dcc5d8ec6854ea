"""Notebooks as pages beside the report: titles, links that lead somewhere, nothing stale."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path
from typing import Any

import nbformat
import pytest
from walkthrough import write_walkthrough

ROOT = Path(__file__).resolve().parent.parent
HREF = re.compile(r'<a\b[^>]*?\shref="([^"]*)"')
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAQAAAC1HAwCAAAAC0lEQVR42mNk+A8AAQUBAScY42YAAAAASUVORK5CYII="
PROSE = """# What `esac` *keeps*

Between $RUSTFLAGS and $CFLAGS stands no formula. See [the next](b.ipynb#How), [the cause](../docs/cause.md),
[the log](../data/build.log), [that site](https://example.org/a.md), [below](#Below).
"""


def notebook(*cells: Any) -> Any:
    """A notebook of these cells."""
    return nbformat.v4.new_notebook(cells=list(cells))


def output(data: dict[str, str], **metadata: Any) -> Any:
    """What a cell showed."""
    return nbformat.v4.new_output("execute_result", data, execution_count=1, metadata=metadata)


def a_project(root: Path) -> Path:
    """Two notebooks, a page of docs/ that leads to another, and a log."""
    new = nbformat.v4
    seen = [output({"image/png": PNG}, **{"image/png": {"alt": "a 'dot'"}})]
    first = notebook(
        new.new_markdown_cell(PROSE), new.new_code_cell('print("<b>$x$</b>")', outputs=seen)
    )
    files = {"docs/cause.md": "# The cause\n\n[more](more.md)\n", "docs/more.md": "# More\n"}
    for name, text in {**files, "docs/unread.md": "# Unread\n", "data/build.log": "#1"}.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(text)
    (root / "notebooks").mkdir()
    nbformat.write(first, root / "notebooks" / "a.ipynb")
    nbformat.write(notebook(new.new_code_cell("1")), root / "notebooks" / "b.ipynb")
    return root


def linked(page: Path) -> list[str]:
    """Addresses of a page's links."""
    return [unescape(href) for href in HREF.findall(page.read_text(encoding="utf-8"))]


def test_each_notebook_is_a_page_by_its_first_heading(tmp_path: Path) -> None:
    """Without a heading the file's name; backticks are code in the page and nothing in its title."""
    pages = write_walkthrough(tmp_path / "out", a_project(tmp_path))
    assert [(page.title, page.href) for page in pages] == [
        ("What `esac` *keeps*", "notebooks/a.html"),
        ("b", "notebooks/b.html"),
    ]
    text = (tmp_path / "out" / "notebooks" / "a.html").read_text(encoding="utf-8")
    assert "<title>What esac *keeps*</title>" in text
    assert re.findall(r'<img[^>]* alt="([^"]*)"', text.replace("&#39;", "'")) == ["a 'dot'"]
    assert str(tmp_path) not in text
    assert "&lt;b&gt;" in text
    assert "<script" not in text


def test_links_lead_to_pages_or_to_files(tmp_path: Path) -> None:
    """A notebook and a page of docs/ become pages, also a page's own links; a log stays where it is."""
    out = tmp_path / "out"
    write_walkthrough(out, a_project(tmp_path))
    hrefs = linked(out / "notebooks" / "a.html")
    assert {"../index.html", "b.html", "b.html#How", "../docs/cause.html"} <= set(hrefs)
    assert {"https://example.org/a.md", "#Below", "../../data/build.log"} <= set(hrefs)
    assert (out / "docs" / "more.html").is_file()
    assert not (out / "docs" / "unread.html").exists()


def test_a_page_whose_notebook_is_gone_goes_too(tmp_path: Path) -> None:
    """The folder holds what there is now; what others wrote there stays."""
    root, out = a_project(tmp_path), tmp_path / "out"
    write_walkthrough(out, root)
    (out / "index.html").write_text("the report")
    (root / "notebooks" / "b.ipynb").unlink()
    write_walkthrough(out, root)
    assert [path.name for path in (out / "notebooks").iterdir()] == ["a.html"]
    assert (out / "index.html").is_file()


@pytest.fixture(scope="module")
def site(walkthrough: tuple[Path, list[Any]]) -> Path:
    """The project's own walkthrough."""
    folder, pages = walkthrough
    assert pages
    return folder


def test_no_link_of_the_walkthrough_is_broken(site: Path) -> None:
    """Every file that the project's own pages lead to exists, except the report, which comes later."""
    pages = list(site.rglob("*.html"))
    assert len(pages) > len(list((ROOT / "notebooks").glob("*.ipynb")))
    broken = [
        (page.name, href)
        for page in pages
        for href in linked(page)
        if "://" not in href and not href.startswith(("#", "mailto:"))
        if not (page.parent / href.partition("#")[0]).exists() and not href.endswith("index.html")
    ]
    assert broken == []


def test_nothing_of_the_walkthrough_comes_from_elsewhere(site: Path) -> None:
    """No script, no style sheet or picture with an address."""
    for page in site.rglob("*.html"):
        text = page.read_text(encoding="utf-8")
        assert "<script" not in text
        assert not re.search(r'\bsrc="(?!data:)|<link\b(?![^>]*href="data:)|@import|url\(', text)
