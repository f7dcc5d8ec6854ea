"""The notebooks as pages beside the report, and the pages of docs/ that they link to.

Without a network and without scripts: nbconvert gives the body of a page, the kit's own template
the rest. The notebooks are shown as they are committed; nothing is executed.
"""

from __future__ import annotations

import base64
import os
import re
import shutil
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import nbformat
from markupsafe import Markup
from nbconvert import HTMLExporter
from nbconvert.filters import markdown2html
from pygments.formatters import HtmlFormatter

from diag.show.report import document_page
from diag.show.report_parts import Page, breakable

ROOT = Path(__file__).resolve().parent.parent
REPORT = "index.html"
HEADING = re.compile(r"^#{1,6}\s+(.*?)\s*$", re.MULTILINE)
LINK = re.compile(r'(<a\b[^>]*?\shref=")([^"]*)(")')
IMAGE = re.compile(r'(<img\b[^>]*?\ssrc=")([^"]*)(")')
IMAGES = {".png": "image/png", ".svg": "image/svg+xml"}
# What may scroll sideways, and what says so to keyboard and screen reader.
OUTPUT = re.compile(r'(<div class="output_html [^"]*")>')
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)  # of prose; those of pandas have a class
CELL = re.compile(r"(?<=>)[^<>]+(?=</td>)")  # a path in it may go on after a slash
SCROLLS = 'tabindex="0" role="group" aria-label'
NO_NETWORK = dict.fromkeys(
    ("mathjax_url", "require_js_url", "mermaid_js_url", "jquery_url", "widget_renderer_url"), ""
)


def write_walkthrough(folder: Path, root: Path = ROOT) -> list[Page]:
    """Write a page for each notebook of `root` into `folder`; their titles and addresses there."""
    folder = folder.resolve()
    for old in ("notebooks", "docs"):  # a notebook that is gone leaves no page
        shutil.rmtree(folder / old, ignore_errors=True)
    notebooks = sorted((root / "notebooks").glob("*.ipynb"))
    site = _Site(root, folder, {path: _title(_text_of(path), path) for path in notebooks})
    start = root / "docs" / "README.md"  # the report leads there
    site.write([*notebooks, *([start] if start.is_file() else [])])
    return [Page(title, site.place(path)) for path, title in site.titles.items()]


class _Site:
    """Pages that link to each other: what a link leads to becomes a page too."""

    def __init__(self, root: Path, folder: Path, titles: dict[Path, str]) -> None:
        self.root, self.folder, self.titles = root, folder, titles
        self._body = _exporter()

    def place(self, source: Path) -> str:
        """`notebooks/1-name.html`: where the page of a source file stands in the folder."""
        return source.relative_to(self.root).with_suffix(".html").as_posix()

    def write(self, sources: list[Path]) -> None:
        """These pages, and those that they lead to, each once."""
        waiting, seen = list(sources), set(sources)
        while waiting:
            source = waiting.pop()
            body = self._html(source)
            self._write_page(source, body)
            found = [path for path in self._pages_of(source, body) if path not in seen]
            waiting += dict.fromkeys(found)
            seen.update(found)

    def _html(self, source: Path) -> str:
        if source.suffix == ".ipynb":
            return str(self._body.from_filename(str(source))[0])
        return str(markdown2html(source.read_text(encoding="utf-8")))

    def _write_page(self, source: Path, body: str) -> None:
        target = self.folder / self.place(source)
        title = self.titles.get(source) or _title(_text_of(source), source)
        up = "../" * (len(target.relative_to(self.folder).parts) - 1)
        links = [Page("The report", up + REPORT)]
        links += [
            Page(told, "" if path == source else self._address(path, target))
            for path, told in self.titles.items()
        ]
        body = LINK.sub(lambda found: self._led(found, source, target), body)
        body = IMAGE.sub(lambda found: _embedded(found, source), body)
        target.parent.mkdir(parents=True, exist_ok=True)
        page = document_page(title, Markup(reachable(body)), links, more_css=code_css())
        target.write_text(page, encoding="utf-8")

    def _pages_of(self, source: Path, body: str) -> Iterator[Path]:
        for found in LINK.finditer(body):
            path = _file_of(found[2], source)
            if path is not None and self._is_page(path):
                yield path

    def _is_page(self, path: Path) -> bool:
        is_doc = path.suffix == ".md" and path.is_relative_to(self.root / "docs")
        return path in self.titles or (is_doc and path.is_file())

    def _led(self, found: re.Match[str], source: Path, target: Path) -> str:
        path = _file_of(found[2], source)
        if path is None:
            return found[0]
        fragment = urlsplit(unescape(found[2])).fragment
        address = self._address(path, target) + (f"#{fragment}" if fragment else "")
        return f"{found[1]}{escape(address)}{found[3]}"

    def _address(self, path: Path, target: Path) -> str:
        """From one page to another; to the file in the repository where it is no page."""
        place = self.folder / self.place(path) if self._is_page(path) else path
        return Path(os.path.relpath(place, target.parent)).as_posix()


def _file_of(href: str, source: Path) -> Path | None:
    """The file of the repository that a link leads to; None for an address or a place in the page."""
    parts = urlsplit(unescape(href))
    if parts.scheme or parts.netloc or not parts.path:
        return None
    return Path(os.path.normpath(source.parent / unquote(parts.path)))


def _embedded(found: re.Match[str], source: Path) -> str:
    """A picture of the repository inside the page: pages load nothing."""
    path = _file_of(found[2], source)
    kind = IMAGES.get(path.suffix) if path is not None and path.is_file() else None
    if path is None or kind is None:
        return found[0]
    data = base64.b64encode(path.read_bytes()).decode()
    return f"{found[1]}data:{kind};base64,{data}{found[3]}"


def _exporter() -> Any:
    return HTMLExporter(
        template_name="basic",  # the body alone: no style, no script
        embed_images=True,
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        **NO_NETWORK,
    )


def _text_of(path: Path) -> str:
    """Markdown of a page of docs/, or of all the prose of a notebook."""
    if path.suffix != ".ipynb":
        return path.read_text(encoding="utf-8")
    cells = nbformat.read(path, as_version=4).cells
    return "\n\n".join(cell["source"] for cell in cells if cell["cell_type"] == "markdown")


def _title(text: str, path: Path) -> str:
    """The first heading; the file's name where there is none."""
    found = HEADING.search(text)
    return found[1] if found else path.stem


def reachable(body: str) -> str:
    """The body with tables that a keyboard can scroll; the corner above an index heads nothing."""
    body = OUTPUT.sub(rf'\1 {SCROLLS}="Output">', body)
    body = CELL.sub(lambda text: breakable(Markup(text[0])), body)
    body = TABLE.sub(lambda t: f'<div class="scroll" {SCROLLS}="Table">{t[0]}</div>', body)
    return body.replace("<th></th>", "<td></td>")


def code_css() -> str:
    """Colours of code that can be read on the page's panels, for light and for dark."""
    light = HtmlFormatter(style="xcode").get_style_defs(".highlight")
    dark = HtmlFormatter(style="github-dark").get_style_defs(".highlight")
    return f"{light}\n@media screen and (prefers-color-scheme: dark) {{\n{dark}\n}}"
