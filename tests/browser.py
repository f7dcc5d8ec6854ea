"""Debian's chromium for the tests: pages, what they ask for and complain of, what axe-core finds.

Where the browser or axe-core is not installed a test is skipped with that reason (a failure in CI).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which
from typing import Any
from urllib.parse import urlsplit

from tests.tools import need, not_here

ROOT = Path(__file__).resolve().parent.parent
AXE = ROOT / ".venv" / "axe" / "node_modules" / "axe-core" / "axe.min.js"  # `make test` brings it
FLAGS = [
    "--no-sandbox",  # the tests run as root in CI
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@dataclass
class Watched:
    """A page, the addresses that it asked for (those inside it left out), and its complaints."""

    page: Any
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self, host: str) -> list[str]:
        """What was asked of another host; `host` is name and port."""
        return [url for url in self.asked if urlsplit(url).netloc != host]


@contextmanager
def chromium() -> Iterator[Any]:
    """The browser, without a window."""
    need("chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=which("chromium"), args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()


def watched(browser: Any, **options: Any) -> Watched:
    """A new page that is listened to before it opens anything.

    Errors, dialogs, and what the console says beyond plain notes are complaints.
    """
    found = Watched(browser.new_page(**options))
    page = found.page
    page.on("request", lambda request: _note(found.asked, request.url))
    page.on("websocket", lambda socket: _note(found.asked, socket.url))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.on("console", lambda said: _complained(found.complaints, said))
    page.on("dialog", lambda dialog: (found.complaints.append(dialog.message), dialog.dismiss()))
    return found


def _note(asked: list[str], url: str) -> None:
    if urlsplit(url).scheme not in ("data", "blob"):
        asked.append(url)


# JupyterLab counts its own seconds: on a busy machine that is no fault of a page.
_IS_SLOW = re.compile(r"took [\d.]+ms to activate")


def _complained(complaints: list[str], said: Any) -> None:
    if said.type not in ("log", "info", "debug") and not _IS_SLOW.search(said.text):
        complaints.append(said.text)


def opened(browser: Any, path: Path, **options: Any) -> Watched:
    """A file in a page of its own."""
    found = watched(browser, **options)
    found.page.goto(path.as_uri())
    return found


def axe_source() -> str:
    """axe-core as a script."""
    if not AXE.is_file():
        need("npm")
        not_here("axe-core is not installed here (`make .venv/.axe` fetches it with npm)")
    return AXE.read_text(encoding="utf-8")


def axe_findings(page: Any, within: str = "html") -> list[str]:
    """What axe-core has against the page, as `impact rule: selector`; `within` is a selector.

    The page must be opened with `bypass_csp`: the report lets no script in.
    """
    page.evaluate(axe_source())
    told = page.evaluate("where => axe.run(where, {resultTypes: ['violations']})", within)
    return [
        f"{rule['impact']} {rule['id']}: {' '.join(map(str, node['target']))}"
        for rule in told["violations"]
        for node in rule["nodes"]
    ]
