"""The picture of the README: the real verdict on the first incident, as a terminal shows it.

    python tools/picture.py            # docs/images/verdict.png, and its text as verdict.txt
    python tools/picture.py --check    # exit 1 where the text is no longer what is shown

Nothing in it is drawn by hand: the screen of `diag investigate`, its first rows, by rich as SVG,
photographed by a real browser (Debian's chromium, through playwright).
"""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path

from rich.console import Console
from rich.segment import Segment, Segments

ROOT = Path(__file__).resolve().parent.parent
CASE = "data/avx512-link/before"
PICTURE = Path("docs/images/verdict.png")
TEXT = Path("docs/images/verdict.txt")
COLUMNS, ROWS = 118, 50
COLOURS = 96  # of the palette: text needs no more, and the file stays small


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
    lines = console.render_lines(verdict_screen(verdict, case), pad=False)[:ROWS]
    segments = [segment for line in lines for segment in (*line, Segment.line())]
    console.print(Segments(segments), end="")
    return console


def photograph(svg: str, out: Path) -> None:
    """The SVG in a browser, at twice the size of its pixels."""
    from PIL import Image
    from playwright.sync_api import sync_playwright

    page_text = f"<body style='margin:0;width:1200px;background:white'>{svg}</body>"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox"]
        )
        page = browser.new_page(viewport={"width": 1200, "height": 800}, device_scale_factor=1.5)
        page.route("**/*", lambda route: route.abort())  # rich names a font on the network
        page.set_content(page_text)
        data = page.locator("svg").first.screenshot()
        browser.close()
    picture = Image.open(io.BytesIO(data)).convert("RGB").quantize(COLOURS)
    out.parent.mkdir(parents=True, exist_ok=True)
    picture.save(out, optimize=True)


def main() -> None:
    """Take the picture, or with --check compare its text."""
    os.chdir(ROOT)  # citations are paths from the project's root
    console = screen()
    lines = console.export_text(clear=False).splitlines()
    text = "\n".join(line.rstrip() for line in lines) + "\n"
    if "--check" in sys.argv[1:]:
        same = TEXT.is_file() and TEXT.read_text(encoding="utf-8") == text
        sys.exit(0 if same else f"{TEXT} is not what is shown today: python tools/picture.py")
    photograph(console.export_svg(title=f"diag investigate {CASE}"), PICTURE)
    TEXT.write_text(text, encoding="utf-8")
    print(f"{PICTURE}: {PICTURE.stat().st_size:,} bytes")


if __name__ == "__main__":
    main()
