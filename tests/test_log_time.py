"""Hostile and huge logs are read in time, and progress is told to the end."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest

from diag.read import buildlog_kinds, linkers, textlines
from diag.read.linkers import read_log
from diag.read.linkers.grammar import Rule
from diag.read.linkers.session import MAX_MESSAGE, Session
from tests.linker_words import WORDS

# -- hostile texts ---------------------------------------------------------------------------------

HOSTILE = [
    "a:",
    "'",
    "`",
    " ",
    "(",
    "a.o:",
    "((",
    "`'",
    ": ",
    "x-",
    "a/",
    "\\",
    '"',
    "::",
    ".a(",
    "[",
    "A=b ",
    ">>> ",
]
MODULES = [
    importlib.import_module(f"{linkers.__name__}.{m.name}")
    for m in pkgutil.iter_modules(linkers.__path__)
]
RULES = {
    f"{module.__name__.rsplit('.', 1)[1]}-{number}": one
    for module in MODULES
    for name, table in vars(module).items()
    if isinstance(table, tuple) and table and all(isinstance(item, Rule) for item in table)
    for number, one in enumerate(table)
    if name.isupper()
}  # fmt: skip

# Each once: tables are imported by their grammars.
RULES = dict({id(one): (name, one) for name, one in RULES.items()}.values())
PATTERNS = {
    f"{module.__name__.rsplit('.', 1)[1]}.{name}": value
    for module in [*MODULES, buildlog_kinds]
    for name, value in vars(module).items()
    if isinstance(value, re.Pattern)
}
LIMIT = 1.0  # seconds of processor time; a sound pattern takes a thousandth


def worst(pattern: re.Pattern, literal: str, size: int) -> tuple[float, str]:
    """The longest time that a pattern takes over runs of what it may repeat, and over which."""
    taken = []
    for unit in HOSTILE:
        run = unit * (size // len(unit))
        for text in (literal + run, run + literal + run):
            start = time.process_time()
            if isinstance(pattern.pattern, str):
                pattern.fullmatch(text)
                pattern.match(text)
            taken.append((time.process_time() - start, unit))
            if taken[-1][0] > LIMIT:
                break
    return max(taken)


@pytest.mark.parametrize("name", sorted(RULES))
def test_no_rule_is_slow_on_a_hostile_line(name):
    """A line as long as a grammar is given any, of repeated words around the rule's literal."""
    one = RULES[name]
    seconds, unit = worst(one.pattern, one.literal, MAX_MESSAGE)
    assert seconds < LIMIT, f"runs of {unit!r}: {one.text}"


@pytest.mark.parametrize("name", sorted(PATTERNS))
def test_no_other_pattern_is_slow_on_a_hostile_line(name):
    """The patterns beside the tables, and those of the kinds of lines, likewise."""
    seconds, unit = worst(PATTERNS[name], "", MAX_MESSAGE)
    assert seconds < LIMIT, f"runs of {unit!r}: {PATTERNS[name].pattern}"


@pytest.mark.parametrize("unit", HOSTILE)
def test_hostile_lines_are_read_in_time(unit):
    """A megabyte of one word, on one line and in lines of 64 KB, with each linker's words in front."""
    heads = ["", *(line for text in WORDS.values() for line in text.splitlines())]
    start = time.process_time()
    session = Session()
    for place, head in enumerate(heads):
        session.feed(place, head + unit * (MAX_MESSAGE // len(unit) - len(head)))
    session.close()
    log = (unit * ((1 << 20) // len(unit))).encode()
    read_log(b"#1 1.5 x\n#1 1.5 ld: " + log).lines()
    assert time.process_time() - start < 20 * LIMIT


# -- the rest --------------------------------------------------------------------------------------


def test_progress_is_told_to_the_end(monkeypatch):
    """Each reading tells of growing numbers of bytes, the last of them all."""
    monkeypatch.setattr(textlines, "BLOCK", 1 << 20)
    told: list[tuple[int, int]] = []
    data = b"#1 [a 1/1] RUN x\n" + b"#1 1.5 text\n" * 600_000
    read_log(data, progress=lambda done, size: told.append((done, size)))
    assert told == sorted(told)
    assert len(told) > 1
    assert told[-1] == (len(data), len(data))


def test_a_long_line_gives_its_end():
    """Of a line of many megabytes that a progress bar wrote over, what a terminal shows is read."""
    bar = b"".join(b"%d%%\r" % (n % 100) for n in range(2_000_000))
    rows = read_log(
        b"make\n"
        + bar
        + b"ld: cannot find -lnone: No such file or directory\ncollect2: error: ld returned 1 exit status\n"
    ).link_errors
    assert list(rows["object"]) == ["-lnone"]
    assert list(rows["line_no"]) == [2]
