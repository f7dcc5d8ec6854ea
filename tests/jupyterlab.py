"""JupyterLab in the browser: a server of its own, and what a reader sees of a notebook there."""

from __future__ import annotations

import json
import os
import platform
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
# No news, no look for a newer version, no list of extensions: all three ask other hosts. The
# application is at hand for scripts: it knows when a kernel has told all that is written of it.
QUIET = (
    "--LabApp.news_url=None",
    "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager=readonly",
    "--LabApp.expose_app_in_browser=True",
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
    outputs, tables, pictures that are drawn, pictures that are not, pictures without words for
    those who do not see them, dialogs."""

    cells: int
    run: int
    errors: int
    tables: int
    pictures: int
    broken: int
    mute: int
    dialogs: int


def committed(path: Path) -> Seen:
    """What should stand there, by the file."""
    cells = [c for c in nbformat.read(path, as_version=4).cells if c["cell_type"] == "code"]
    shown = [output.get("data", {}) for cell in cells for output in cell["outputs"]]
    html = "".join(data.get("text/html", "") for data in shown)
    pictures = html.count("<img")
    pictures += sum("image/png" in data and "text/html" not in data for data in shown)
    run = sum(bool(cell["source"].strip()) for cell in cells)
    return Seen(len(cells), run, 0, html.count("<table"), pictures, 0, 0, 0)


@contextmanager
def served(folder: Path, *others: Path) -> Iterator[str]:
    """The address of a JupyterLab on copies of the notebooks, and of others, with nothing of the
    user's own."""
    work = folder / "work"
    shutil.copytree(ROOT / "notebooks", work / "notebooks")
    for path in (work / "notebooks").glob("*.ipynb"):
        _of_this_python(path)
    for path in others:
        shutil.copy(path, work / "notebooks")
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


def _of_this_python(path: Path) -> None:
    """A committed notebook names the Python that ran it: another is a change, and of no notebook."""
    notebook = nbformat.read(path, as_version=4)
    notebook.metadata.get("language_info", {})["version"] = platform.python_version()
    nbformat.write(notebook, path)


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

    def __init__(self, browser: Any, address: str, folder: Path) -> None:
        size = {"width": 1400, "height": 1000}
        self.watched: Watched = watched(browser, viewport=size)
        self.folder = folder / "work" / "notebooks"
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

    def is_unsaved(self) -> bool:
        """Whether the notebook that was opened last counts as changed, once its kernel has told
        what JupyterLab writes of it."""
        return bool(self.page.evaluate(IS_UNSAVED))

    def saved(self, path: Path) -> tuple[bytes, bytes]:
        """The file before and after it is saved as it is open."""
        copy = self.folder / path.name
        before = copy.read_bytes()
        self.page.evaluate("() => jupyterapp.shell.currentWidget.context.save()")
        return before, copy.read_bytes()

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
IS_UNSAVED = """async () => {
  const context = jupyterapp.shell.currentWidget.context;
  const kernel = context.sessionContext.session.kernel;
  await Promise.all([context.ready, kernel.info, kernel.spec]);
  await new Promise(done => setTimeout(done));
  return context.model.dirty;
}"""
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
    mute: pictures.filter(one => !(one.alt || "").trim()).length,
    dialogs: document.querySelectorAll(".jp-Dialog").length,
  }};
}}"""
