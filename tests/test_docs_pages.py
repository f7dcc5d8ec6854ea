"""The pages of the documentation: links, counts, languages, pictures, and those that are made."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import docs_tables
import picture
import pytest

from diag.causes import CATALOGUE
from diag.cli import cli
from tests.docs_blocks import PAGES, ROOT, blocks_of, table_commands, without_blocks

CAUSE_PAGES = ROOT / "docs" / "causes"
HEADINGS = [
    "What it looks like",
    "Why it happens",
    "How to tell it from its look-alikes",
    "Fix",
    "Limits",
    "References",
]
_LINK = re.compile(r"\[(?:[^\]\[]|\[[^\]]*\])*\]\((?P<target>[^)#\s]+)(?:#[^)]*)?\)")
_PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)\)")
_THREAD = re.compile(r"\b[\w.-]+/[\w.-]+#\d+\b")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page: Path) -> None:
    """Every link to a file of the repository; code blocks hold none."""
    text = without_blocks(page.read_text(encoding="utf-8"))
    targets = [m["target"] for m in _LINK.finditer(text) if "://" not in m["target"]]
    assert [name for name in targets if not (page.parent / name).exists()] == []


def test_every_cause_has_its_page_and_every_page_its_cause() -> None:
    """The catalogue and docs/causes hold the same ids."""
    assert {page.stem for page in CAUSE_PAGES.glob("[a-z]*.md")} == CATALOGUE.keys()


@pytest.mark.parametrize("cause", sorted(CATALOGUE))
def test_a_cause_page_is_whole(cause: str) -> None:
    """Title, family and role as in the catalogue; each section is there, in order, and not empty."""
    text = (CAUSE_PAGES / f"{cause}.md").read_text(encoding="utf-8")
    entry = CATALOGUE[cause]
    assert text.startswith(f"# {cause}\n\nFamily `{entry.family}`, role `{entry.role}`")
    parts = re.split(r"^## (.+)\n", text, flags=re.MULTILINE)
    assert parts[1::2] == HEADINGS
    assert all(len(part.split()) >= 5 for part in parts[2::2])
    assert _THREAD.search(parts[-1]) or parts[-1].strip().startswith("None: ")


def test_the_readme_lists_every_command() -> None:
    """Its table has each command of the command line once."""
    listed = [command.split()[1] for command in table_commands(ROOT / "README.md")]
    assert sorted(listed) == sorted(cli.list_commands(None))


def test_the_number_of_causes_is_that_of_the_catalogue() -> None:
    """Where README and CHANGELOG count them."""
    for name in ("README.md", "README.zh-CN.md", "CHANGELOG.md"):
        text = (ROOT / name).read_text(encoding="utf-8")
        told = re.findall(r"\b(\d+) (?:causes|种病因)", text)
        assert told == [str(len(CATALOGUE))], name


def test_folders_of_the_documentation_exist() -> None:
    """The table of folders names what is there."""
    text = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ((?:`[\w.]+/`(?:, )?)+) \|", text, re.MULTILINE)
    named = [name for row in rows for name in re.findall(r"`([\w.]+)/`", row)]
    assert len(named) >= 5
    assert [name for name in named if not (ROOT / name).is_dir()] == []


def test_the_index_leads_to_every_page_and_notebook() -> None:
    """docs/README.md: whatever can be read is one step from it, or from the index of its folder."""
    index = ROOT / "docs" / "README.md"
    linked = {(index.parent / name).resolve() for name in links(index)}
    own = {path for path in PAGES if path.parent in (ROOT, ROOT / "docs") and path != index}
    folders = {ROOT / "docs" / name / "README.md" for name in ("causes", "adr")}
    notebooks = set((ROOT / "notebooks").glob("*.ipynb"))
    assert own | folders | notebooks <= linked


def links(page: Path) -> list[str]:
    """The targets of a page's links and pictures, in their order."""
    text = without_blocks(page.read_text(encoding="utf-8"))
    return re.findall(r"\]\(([^)\s]+)\)", text)


def test_both_readmes_say_the_same() -> None:
    """The Chinese one has the same blocks, commands, links and headings, in the same order."""
    english, chinese = ROOT / "README.md", ROOT / "README.zh-CN.md"
    assert links(english)[0] == chinese.name
    assert links(chinese)[0] == english.name
    assert links(english)[1:] == links(chinese)[1:]
    said = [
        [(b.language, b.text, b.reason) for b in blocks_of(page)] for page in (english, chinese)
    ]
    assert said[0] == said[1]
    assert table_commands(english) == table_commands(chinese)
    texts = [without_blocks(page.read_text(encoding="utf-8")) for page in (english, chinese)]
    for pattern in (r"^#+ ", r"^\|", r"^- "):
        found = [re.findall(pattern, text, re.MULTILINE) for text in texts]
        assert found[0] == found[1], pattern


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_a_picture_has_words_and_is_small(page: Path) -> None:
    """An alternative text of some words, and a file of at most 150 kB."""
    for alt, target in _PICTURE.findall(page.read_text(encoding="utf-8")):
        if "://" not in target:
            assert len(alt) >= 15, target
            assert (page.parent / target).stat().st_size <= 150_000, target


def test_every_picture_is_shown() -> None:
    """docs/images holds no picture that no page shows."""
    shown = {(page.parent / name).resolve() for page in PAGES for name in links(page)}
    assert set((ROOT / "docs" / "images").glob("*.png")) <= shown


def test_pages_that_are_made_are_in_step() -> None:
    """The table of frames with diag/schema_frames.py, and so on: else `python tools/docs_tables.py`."""
    wanted = docs_tables.pages(is_quick=True)
    assert len(wanted) >= 4
    assert [p.name for p in wanted if p.read_text(encoding="utf-8") != wanted[p]] == []


def test_a_page_that_is_out_of_step_is_told(tmp_path: Path, monkeypatch) -> None:
    """`--check` names it and writes nothing; without it the page is written."""
    page = tmp_path / "DESIGN.md"
    page.write_text("of last week")
    monkeypatch.setattr(docs_tables, "pages", lambda *, is_quick: {page: "of today"})
    monkeypatch.setattr(sys, "argv", ["docs_tables.py", "--check"])
    with pytest.raises(SystemExit, match=r"DESIGN\.md is out of step"):
        docs_tables.main()
    assert page.read_text() == "of last week"
    monkeypatch.setattr(sys, "argv", ["docs_tables.py"])
    docs_tables.main()
    monkeypatch.setattr(sys, "argv", ["docs_tables.py", "--check"])
    docs_tables.main()
    assert page.read_text() == "of today"


def test_the_picture_shows_the_verdict_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    """The text of the screen in docs/images is what is shown today: else `python tools/picture.py`."""
    monkeypatch.chdir(ROOT)
    assert picture.TEXT.read_text(encoding="utf-8") == picture.text_of(picture.screen())
    assert (ROOT / "docs" / "images" / "verdict.png").read_bytes()[:8] == b"\x89PNG\r\n\x1a\n"


def test_explain_names_the_page() -> None:
    """What `diag explain` points at exists, for each cause."""
    import diag

    for cause in CATALOGUE:
        (page,) = re.findall(r"docs/causes/[\w-]+\.md", diag.explain(cause))
        assert (ROOT / page).is_file()


def test_an_unknown_cause_is_told_with_its_neighbours() -> None:
    """A slip of the pen gets the right id as help."""
    import diag

    with pytest.raises(diag.InputError, match="did you mean static-link-order"):
        diag.explain("static-link-ordre")
