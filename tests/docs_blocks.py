"""The documentation's pages, fenced blocks and inline commands, for tests/test_docs.py."""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import click

from diag.cli import cli

ROOT = Path(__file__).resolve().parent.parent
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])

# Every language that a block may have, and what is done with it. A block without one is refused.
RUN_LANGUAGES = ("sh", "python", "ipython")
READ_LANGUAGES = ("dockerfile", "json", "yaml", "toml", "text")
# Why a block is not run: the only words that `<!-- not run: WORD -->` may hold.
REASONS = {
    "engine": "needs a container engine",
    "conda": "needs conda",
    "setup": "sets up the environment in which the tests run",
    "binder": "needs a clone with a public address",
}

_BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>\w+) -->\n)?^```(?P<language>\w*)\n(?P<text>.*?)^```$",
    re.MULTILINE | re.DOTALL,
)
_FENCE = re.compile(r"^[ \t>]*(?:```|~~~)", re.MULTILINE)
_INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
_OPTION = re.compile(r"--?[A-Za-z][\w-]*")


@dataclass(frozen=True)
class Block:
    """One fenced block: its page, line (from 1), language, text, and why it is not run."""

    page: Path
    line: int
    language: str
    text: str
    reason: str | None

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, in their order."""
    text = page.read_text(encoding="utf-8")
    return [
        Block(page, text.count("\n", 0, m.start()) + 1, m["language"], m["text"], m["reason"])
        for m in _BLOCK.finditer(text)
    ]


def without_blocks(text: str) -> str:
    """The page without its code."""
    return _BLOCK.sub("", text)


def fences_of(page: Path) -> int:
    """Lines that open or close a fence of any kind, indented and quoted ones too."""
    return len(_FENCE.findall(page.read_text(encoding="utf-8")))


def commands(text: str) -> list[str]:
    """The commands of a shell block, continued lines joined, comments left out."""
    lines = text.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.strip() and not line.lstrip().startswith("#")]


def inline_commands(page: Path) -> list[str]:
    """What stands between backticks in prose and tables and begins with diag, make or python."""
    text = without_blocks(page.read_text(encoding="utf-8")).replace("\\|", "|")
    return [c for c in _INLINE.findall(text) if re.match(r"(?:diag|make|python) \S", c)]


def table_commands(page: Path) -> list[str]:
    """The calls of diag that stand alone in the last column of a table."""
    text = page.read_text(encoding="utf-8")
    return re.findall(r"\| `(diag [^`]+)` \|$", text, re.MULTILINE)


def faults(command: str) -> Iterator[str]:
    """What is wrong with the calls of diag, make and our own scripts in a line of shell."""
    for part in re.split(r"\|\||&&|[|;]", command):
        try:
            words = shlex.split(part, comments=True)
        except ValueError as error:
            yield f"{part}: {error}"
            continue
        while words and re.fullmatch(r"\w+=\S*", words[0]):
            words = words[1:]
        if words and Path(words[0]).name == "diag":
            yield from _diag_faults(words[1:])
        elif words[:1] == ["make"] and len(words) == 2 and re.fullmatch(r"[a-z][a-z-]*", words[1]):
            yield from _make_faults(words[1])
        elif words[:1] == ["python"]:
            yield from (f"{w}: no such file" for w in words[1:2] if _is_absent_script(w))


def _diag_faults(words: list[str]) -> Iterator[str]:
    if not words or words[0].startswith("-"):
        return
    found = cli.get_command(click.Context(cli), words[0])
    if found is None:
        yield f"diag has no command {words[0]}"
        return
    known = {name for p in found.params for name in (*p.opts, *p.secondary_opts)}
    known |= {"-h", "--help"}
    known |= _LINK_WORDS if found.name == "symbols" else set()
    given = (word.partition("=")[0] for word in words[1:])
    yield from (
        f"diag {words[0]} has no option {option}"
        for option in given
        if _OPTION.fullmatch(option) and option not in known
    )


# Words of a link line, which `diag symbols --why` takes among its files.
_LINK_WORDS = {"--start-group", "--end-group", "--whole-archive", "--start-lib", "-L", "-l", "-u"}


def _make_faults(target: str) -> Iterator[str]:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = {
        word for line in re.findall(r"^([a-z -]+):", makefile, re.M) for word in line.split()
    }
    if target not in targets:
        yield f"make has no target {target}"


def _is_absent_script(word: str) -> bool:
    return word.endswith(".py") and not (ROOT / word).is_file()


BLOCKS = [block for page in PAGES for block in blocks_of(page)]
NOT_RUN = [block for block in BLOCKS if block.reason is not None]
INLINE = [(page, command) for page in PAGES for command in inline_commands(page)]


def once(blocks: list[Block]) -> list[Block]:
    """Of blocks that say the same in the same language (translations) the first."""
    seen = {(block.language, block.text): block for block in reversed(blocks)}
    return sorted(seen.values(), key=blocks.index)


def to_run(language: str) -> list[Block]:
    """The blocks of that language that run here, each text once."""
    return once([b for b in BLOCKS if b.language == language and b.reason is None])


def counts() -> dict[str, int]:
    """How many blocks and commands are run, read, checked and not run: they add up to all."""
    run = [b for b in BLOCKS if b.language in RUN_LANGUAGES and b.reason is None]
    typed = sum(len(commands(b.text)) for b in once(run) if b.language == "sh")
    in_table = table_commands(ROOT / "README.md")
    told = {
        "blocks": len(BLOCKS),
        "run": len(run),
        "of these the same text in a translation": len(run) - len(once(run)),
        "commands run": typed + len(in_table),
        "inline commands checked": len(INLINE),
    }
    read = Counter(b.language for b in BLOCKS if b.language in READ_LANGUAGES)
    told |= {f"read as {language}": read[language] for language in READ_LANGUAGES}
    why = Counter(b.reason for b in NOT_RUN)
    return told | {f"not run, {reason}": why[reason] for reason in REASONS}
