"""JupyterLab in the browser: a server of its own, and what a reader sees of a notebook there."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import nbformat

from tests.browser import ROOT, Watched, watched

NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
BESIDE = ("data", "docs")  # what the notebooks read, beside their folder
SECONDS_TO_START, SECONDS_TO_RUN = 60, 600
# No news, no look for a newer version, no list of extensions: all three ask other hosts.
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
)
# All cells are in the page, also those out of sight; and the dialog about news is answered.
SETTINGS: dict[str, dict[str, Any]] = {
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none", "kernelShutdown": True},
}
PANEL = ".jp-NotebookPanel:not(.lm-mod-hidden)"


@dataclass(frozen=True)
class Seen:
    """What stands in the window: code cells, those with a number, errors or complaints among the
    outputs, tables, pictures that are drawn, pictures that are not, dialogs."""

    cells: int
    run: int
    errors: int
    tables: int
    pictures: int
    broken: int
    dialogs: int


def committed(path: Path) -> Seen:
    """What should stand there, by the file."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c["cell_type"] == "code"]
    shown = [output.get("data", {}) for cell in cells for output in cell["outputs"]]
    html = "".join(data.get("text/html", "") for data in shown)
    pictures = sum("image/png" in data for data in shown) + html.count("<img")
    run = sum(bool(cell["source"].strip()) for cell in cells)
    return Seen(len(cells), run, 0, html.count("<table"), pictures, 0, 0)


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab on copies of the notebooks, with nothing of the user's own."""
    work = folder / "work"
    shutil.copytree(ROOT / "notebooks", work / "notebooks")
    for name in BESIDE:
        (work / name).symlink_to(ROOT / name)
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root", *QUIET]
    command += [f"--ServerApp.root_dir={work}", f"--ServerApp.port={_free_port()}"]
    with (folder / "server.log").open("w") as log:
        server = subprocess.Popen(command, env=_own_places(folder), stdout=log, stderr=log)
    try:
        yield _address(folder, server)
    finally:
        server.terminate()  # its kernels end with it
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _own_places(folder: Path) -> dict[str, str]:
    """Environment of the server: configuration, workspaces and settings of this run alone."""
    settings = folder / "settings" / "@jupyterlab"
    for name, chosen in SETTINGS.items():
        path = settings / f"{name}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(chosen), encoding="utf-8")
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(folder / place) for name, place in places.items()}
    environment.pop("MPLBACKEND", None)  # the tests' own; the kernel draws into the notebook
    return environment


def _address(folder: Path, server: subprocess.Popen[bytes]) -> str:
    """Where the server listens, with its token, as it says in its runtime folder."""
    end = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < end and server.poll() is None:
        for path in (folder / "runtime").glob("jpserver-*.json"):
            told = json.loads(path.read_text(encoding="utf-8") or "{}")
            if told:
                return f"{told['url']}lab/tree/notebooks?token={told['token']}"
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab does not start: {(folder / 'server.log').read_text()}")


class Lab:
    """The window of JupyterLab, at the folder of the notebooks."""

    def __init__(self, browser: Any, address: str) -> None:
        size = {"width": 1400, "height": 1000}
        self.watched: Watched = watched(browser, viewport=size)
        self.page = self.watched.page
        self.host = urlsplit(address).netloc
        self.page.set_default_timeout(SECONDS_TO_START * 1000)
        self.page.goto(address)
        self.page.wait_for_selector(".jp-DirListing-item")

    def open(self, path: Path) -> Seen:
        """Open a notebook from the list of files; what is seen once all its cells are there."""
        self.page.dblclick(f".jp-DirListing-item:has-text('{path.name}')")
        self.page.wait_for_selector(f".lm-TabBar-tab.lm-mod-current:has-text('{path.name}')")
        self.page.wait_for_function(ALL_THERE, arg=committed(path).cells)
        self.page.wait_for_selector("#jp-main-statusbar :text('| Idle')")
        return self.seen()

    def run_all(self) -> Seen:
        """Clear all outputs and run all cells by the menu; what is seen once none is waiting."""
        self._menu("Edit", "Clear Outputs of All Cells")
        self._menu("Run", "Run All Cells")
        self.page.wait_for_function(f"() => ({PROMPTS}).some(p => p != '[ ]:')")
        waits = f"() => !({PROMPTS}).includes('[*]:')"
        self.page.wait_for_function(waits, timeout=SECONDS_TO_RUN * 1000)
        return self.seen()

    def end_kernel(self) -> None:
        """What a notebook held in memory is free again."""
        self._menu("Kernel", "Shut Down Kernel")

    def said_wrong(self) -> list[str]:
        """The errors and complaints among the outputs."""
        return list(self.page.locator(f"{PANEL} :is({BAD})").all_inner_texts())

    def seen(self) -> Seen:
        """What stands in the window now."""
        return Seen(**self.page.evaluate(COUNTS))

    def _menu(self, menu: str, entry: str) -> None:
        self.page.click(f".lm-MenuBar-item:has-text('{menu}')")
        self.page.click(f".lm-Menu-itemLabel:text-is('{entry}')")


PROMPTS = (
    f"[...document.querySelectorAll('{PANEL} .jp-CodeCell .jp-InputPrompt')].map(p => p.innerText)"
)
ALL_THERE = f"wanted => ({PROMPTS}).length == wanted"
BAD = ", ".join(
    f"[data-mime-type='application/vnd.jupyter.{kind}']" for kind in ("error", "stderr")
)
COUNTS = f"""() => {{
  const all = what => [...document.querySelectorAll(`{PANEL} ${{what}}`)];
  const prompts = {PROMPTS}, pictures = all(".jp-OutputArea-output img");
  return {{
    cells: prompts.length,
    run: prompts.filter(told => /\\[\\d+\\]/.test(told)).length,
    errors: all(`:is({BAD})`).length,
    tables: all(".jp-OutputArea-output table").length,
    pictures: pictures.filter(one => one.naturalWidth > 0).length,
    broken: pictures.filter(one => one.complete && one.naturalWidth == 0).length,
    dialogs: document.querySelectorAll(".jp-Dialog").length,
  }};
}}"""
