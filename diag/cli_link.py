"""The words of a link line on the command line of `diag symbols --why`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

import click

from diag.errors import InputError
from diag.paths import found_in, is_file, is_folder

if TYPE_CHECKING:
    import pandas as pd

    from diag.join.link_line import LinkInput, LinkLine
    from diag.join.link_units import Units
    from diag.join.why import Why

_MARK = "\0"  # no argument of a program can hold it
_BUNDLE = re.compile(r"-[A-Za-np-z].", re.DOTALL)  # all but -oFILE
# Words of a compiler that change nothing in who defines a name.
_PASSED = re.compile(
    r"-(?:[OgfmWv].*|std=.*|s|E|pie|no-pie|static|static-pie|pthread|rdynamic|nostdlib|nodefaultlibs"
    r"|nostartfiles|[DIUB].*|pipe|e|z|T|h|x|y|Map|soname|rpath|rpath-link|dynamic-linker|plugin)"
)
# Those that make it no error to leave a name open, or to define it twice.
_OTHER_RULES = re.compile(
    r"-shared|-Bshareable|-r|-i|--relocatable|-?-allow-multiple-definition|muldefs"
    r"|-?-allow-shlib-undefined|-?-unresolved-symbols=.*|-?-warn-unresolved-symbols|-?-noinhibit-exec"
)


class LinkWords(click.Command):
    """A command among whose words a linker's may stand: `-Wl,-h` is no bundle of short options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Keep words of one dash from being taken apart."""
        marked = [_MARK + word if _BUNDLE.match(word) else word for word in args]
        rest = super().parse_args(ctx, marked)
        ctx.params = {name: _bare(value) for name, value in ctx.params.items()}
        return rest


def _bare(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(_bare(one) for one in value)
    return value.removeprefix(_MARK) if isinstance(value, str) else value


def link_files(words: Sequence[str]) -> tuple[LinkLine, list[str]]:
    """(the link line, the files and folders to read); words of a linker may stand between.

    Linker scripts that name files stand for them. Raises InputError for a library that is not
    found and for words by which a link is judged otherwise, NoSuchOption for others not known.
    """
    from diag.join.link_line import parse_link_line, plain_words

    plain = list(plain_words(_expanded(words)))
    folders = [Path(word[2:]) for word in plain if word.startswith("-L")]
    beside = [str(path) for one in folders if is_folder(one) for path in found_in(one, "*")]
    line = parse_link_line(plain, beside)
    _refuse(line, words)
    if line.missing:
        name = line.missing[0].removeprefix("-l")
        help = f"there is no lib{name}.so or lib{name}.a in them: give -L with its folder before -l"
        raise InputError(f"{line.missing[0]}: not found in the -L folders", help=help)
    line = _with_scripts(line)
    return line, list(dict.fromkeys(given.file for given in line.inputs))


def _refuse(line: LinkLine, words: Sequence[str]) -> None:
    """Tell of words that cannot be followed."""
    wrapped = {part for word in words if word.startswith("-Wl,") for part in word.split(",")[1:]}
    wrapped |= {after for word, after in pairwise(words) if word == "-Xlinker"}
    for word in line.flags:
        if _OTHER_RULES.fullmatch(word):
            help = "leave it out: what is told then is whether a program can be linked without it"
            raise InputError(f"{word}: a link with it is judged by rules not known here", help=help)
        if word.startswith("-") and word not in wrapped and not _PASSED.fullmatch(word):
            raise click.NoSuchOption(word)


def _with_scripts(line: LinkLine) -> LinkLine:
    """The line with the files that its linker scripts name, and the scripts among those."""
    followed: set[str] = set()

    def script(file: str) -> list[LinkInput] | None:
        if file in followed:
            return None
        followed.add(file)
        return _of_script(file, line.folders)

    while True:
        n_before = len(followed)
        line = line.with_scripts(script)
        if len(followed) == n_before:
            return line


def _of_script(file: str, folders: Sequence[str]) -> list[LinkInput] | None:
    """What a linker script names; None for what is none, and where a file of it is not there."""
    from diag.join.link_line import LinkInput
    from diag.read.link_script import read_link_script

    named = read_link_script(file)
    if named is None:
        return None
    found = []
    for one in named:
        path = _found(one.word, file, folders)
        if path is None:
            return None
        found.append(LinkInput(path, int(one.is_group), is_as_needed=one.is_as_needed))
    return found


def _found(word: str, script: str, folders: Sequence[str]) -> str | None:
    """A file that a script names: as it stands, beside the script, or in the -L folders."""
    from diag.join.link_line import library

    if word.startswith("-l"):
        return library(word[2:], folders, _is_there)
    places = [str(PurePath(one, word)) for one in ("", str(PurePath(script).parent), *folders)]
    return next((path for path in places if _is_there(path)), None)


def _is_there(path: str) -> bool:
    return is_file(path)


def _expanded(words: Sequence[str]) -> tuple[str, ...]:
    """The words with patterns as the files that they name, as if the shell had done it."""
    from diag.read.globs import expand
    from diag.read.sources import inside_of

    found: list[str] = []
    for word in words:
        is_path = not word.startswith("-") and inside_of(word) is None
        found += (expand(word) if is_path else None) or [word]
    return tuple(found)


def whys_of(symbols: pd.DataFrame, line: LinkLine, units: Units) -> list[Why]:
    """Why each name of the rows is satisfied or open on each of its machines.

    What --wrap makes of a name is told behind it.
    """
    from diag.join.why import explain_each

    names: dict[str, list[str]] = {}
    pairs = symbols[["name", "arch"]].drop_duplicates()
    for name, arch in zip(pairs["name"], pairs["arch"], strict=True):
        asked = [name, f"__wrap_{name}"] if name in line.wraps else [name]
        names.setdefault(arch, []).extend(one for one in asked if one not in names.get(arch, ()))
    found = {arch: explain_each(asked, line, units, arch) for arch, asked in names.items()}
    order = dict.fromkeys(name for asked in names.values() for name in asked)
    return [found[arch][name] for name in order for arch in names if name in found[arch]]
