"""The pictures of README and docs/gallery.md: what the kit shows of the first incident, as it is.

    python tools/picture.py            # all of docs/images/, and the terminal's text as verdict.txt
    python tools/picture.py report     # one of them
    python tools/picture.py --check    # exit 1 where that text is no longer what is shown

Nothing in them is drawn by hand: a real browser (Debian's chromium, through playwright) photographs
the screen of `diag investigate` (by rich as SVG), the page of `--html` and a notebook in JupyterLab;
the chart is matplotlib's own. Few colours are kept, so that the files stay small.
"""

from __future__ import annotations

import io
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.segment import Segment, Segments

ROOT = Path(__file__).resolve().parent.parent
INCIDENT = "data/avx512-link"
CASE = f"{INCIDENT}/before"
NOTEBOOK = "notebooks/investigate.ipynb"
SETTINGS = "JUPYTERLAB_SETTINGS_DIR"
FOLDER = Path("docs/images")
TEXT = FOLDER / "verdict.txt"
COLUMNS, ROWS = 118, 50  # rows at most: the picture ends with the table of platforms
COLOURS = 256  # of the palette: text needs no more
LIMIT = 150_000  # bytes of one picture


def screen() -> Console:
    """A console that recorded the first rows of the verdict's screen."""
    from diag.case import open_case
    from diag.show.redact import redactor_for
    from diag.show.terminal import verdict_screen
    from diag.verdict import diagnose

    case = open_case(CASE)
    verdict = redactor_for(case).data(diagnose(case))
    console = Console(
        record=True,
        width=COLUMNS,
        file=io.StringIO(),
        force_terminal=True,
        color_system="truecolor",
        legacy_windows=False,
    )
    lines = console.render_lines(verdict_screen(verdict, case), pad=False)
    lines = lines[: _end_of_platforms(lines)]
    segments = [segment for line in lines for segment in (*line, Segment.line())]
    console.print(Segments(segments), end="")
    return console


def _end_of_platforms(lines: list[list[Segment]]) -> int:
    texts = ["".join(segment.text for segment in line).strip() for line in lines]
    head = texts.index("Platforms") if "Platforms" in texts else len(texts)
    ends = [i for i, text in enumerate(texts) if i > head and not text]
    return min(ROWS, *ends[:1], len(texts))


def text_of(console: Console) -> str:
    lines = console.export_text(clear=False).splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


def verdict() -> bytes:
    """The terminal: also writes what it says as text."""
    console = screen()
    TEXT.write_text(text_of(console), encoding="utf-8")
    svg = console.export_svg(title=f"diag investigate {CASE}")
    page_text = f"<body style='margin:0;width:1200px;background:white'>{svg}</body>"
    with opened_page(1200, 800, scale=1.25) as page:
        page.route("**/*", lambda route: route.abort())  # rich names a font on the network
        page.set_content(page_text)
        return bytes(page.locator("svg").first.screenshot())


def report() -> bytes:
    """The page of `diag investigate --html`: its first screen."""
    with tempfile.TemporaryDirectory() as folder, opened_page(1100, 820) as page:
        path = Path(folder) / "report.html"
        command = [sys.executable, "-m", "diag", "investigate", CASE, "--html", str(path)]
        subprocess.run(command, stdout=subprocess.DEVNULL, check=False)
        page.goto(path.as_uri())
        return bytes(page.screenshot())


def chart() -> bytes:
    """What each change to the first incident's build did."""
    import diag
    from diag.show.chart_interventions import plot_interventions
    from diag.show.chart_style import as_png

    return as_png(plot_interventions(diag.interventions(INCIDENT)))


def notebook() -> bytes:
    """notebooks/investigate.ipynb in JupyterLab, as it is in the repository."""
    with jupyterlab() as address, opened_page(1100, 1180) as page:
        page.goto(f"{address}/doc/tree/{NOTEBOOK}")
        page.wait_for_selector(".jp-Notebook .jp-OutputArea-output", timeout=120_000)
        page.wait_for_timeout(3000)
        return bytes(page.screenshot())


@contextmanager
def opened_page(width: int, height: int, scale: float = 1) -> Iterator[Any]:
    """An empty page of that size in chromium."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        size: Any = {"width": width, "height": height}
        yield browser.new_page(viewport=size, device_scale_factor=scale)
        browser.close()


@contextmanager
def jupyterlab() -> Iterator[str]:
    """A JupyterLab of a copy of the notebooks, with settings of its own; its address."""
    with tempfile.TemporaryDirectory() as folder:
        for name in ("notebooks", "data"):
            shutil.copytree(name, f"{folder}/{name}", symlinks=True)
        places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", SETTINGS)
        env = {**os.environ, **{name: f"{folder}/.{name}" for name in places}}
        quiet = Path(
            env[SETTINGS], "@jupyterlab/apputils-extension/notification.jupyterlab-settings"
        )
        quiet.parent.mkdir(parents=True)
        quiet.write_text('{"fetchNews": "false", "checkForUpdates": false}')
        options = ["--no-browser", "--allow-root", "--port=0", "--IdentityProvider.token="]
        command = [sys.executable, "-m", "jupyterlab", *options, f"--ServerApp.root_dir={folder}"]
        server = subprocess.Popen(command, env=env, stderr=subprocess.DEVNULL)
        try:
            yield _address_of(Path(env["JUPYTER_RUNTIME_DIR"]))
        finally:
            server.terminate()
            server.wait()


def _address_of(runtime: Path) -> str:
    for _ in range(300):
        for path in runtime.glob("jpserver-*.json"):
            return str(json.loads(path.read_text())["url"]).rstrip("/")
        time.sleep(0.1)
    raise SystemExit("JupyterLab did not start within 30 s")


PICTURES: dict[str, Callable[[], bytes]] = {
    "verdict": verdict,
    "report": report,
    "chart": chart,
    "notebook": notebook,
}


def save(name: str, data: bytes) -> None:
    """As docs/images/NAME.png, in few colours; too large a file is an error."""
    from PIL import Image

    path = FOLDER / f"{name}.png"
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    # Of a dark terminal the rare colours count, of a page its large areas.
    of_rare, of_areas = Image.Quantize.MAXCOVERAGE, Image.Quantize.MEDIANCUT
    picture = picture.quantize(COLOURS, of_rare if name == "verdict" else of_areas)
    picture.save(path, optimize=True)
    size = path.stat().st_size
    print(f"{path}: {size:,} bytes")
    if size > LIMIT:
        sys.exit(f"{path} is larger than {LIMIT:,} bytes")


def main() -> None:
    """Take the pictures, or with --check compare the text."""
    os.chdir(ROOT)  # citations are paths from the project's root
    if "--check" in sys.argv[1:]:
        same = TEXT.is_file() and TEXT.read_text(encoding="utf-8") == text_of(screen())
        sys.exit(0 if same else f"{TEXT} is not what is shown today: python tools/picture.py")
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in sys.argv[1:] or PICTURES:
        save(name, PICTURES[name]())


if __name__ == "__main__":
    main()
