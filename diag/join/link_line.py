"""A link line as the ordered inputs that a linker sees: files, groups, archives taken whole.

Words as GNU ld, gold, lld and mold take them, with or without the compiler's `-Wl,` around them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePath

from diag.errors import InputError

_OPEN = frozenset(["--start-group", "-start-group", "-("])
_CLOSE = frozenset(["--end-group", "-end-group", "-)"])
_WHOLE = {"--whole-archive": True, "-whole-archive": True, "--no-whole-archive": False}
_AS_NEEDED = {"--as-needed": True, "--no-as-needed": False}
_LIB = {"--start-lib": True, "-start-lib": True, "--end-lib": False, "-end-lib": False}
_STATIC = {
    "-static": True, "-Bstatic": True, "-dn": True, "-non_shared": True,
    "-Bdynamic": False, "-dy": False, "-call_shared": False,
}  # fmt: skip
# Options that take the next word; none of them names an input.
_WITH_VALUE = frozenset(
    ["-o", "-e", "-T", "-z", "-m", "-h", "-soname", "-rpath", "--dynamic-linker", "-plugin",
     "-rpath-link", "--rpath", "--rpath-link", "--soname", "-dynamic-linker", "--version-script",
     "-Map", "-y", "-Xassembler", "-Xpreprocessor", "-x"]
)  # fmt: skip
_ASKS = re.compile(r"--?(?P<what>undefined|require-defined|defsym|wrap)=(?P<value>.+)", re.DOTALL)
_ASKS_NEXT = {
    "-u": "undefined", "--undefined": "undefined", "-undefined": "undefined",
    "--defsym": "defsym", "-defsym": "defsym", "--wrap": "wrap", "-wrap": "wrap",
}  # fmt: skip
_NAME = re.compile(r"[A-Za-z_.$][\w.$@]*")


@dataclass(frozen=True)
class LinkInput:
    """One file of the line. `group`: number of its --start-group or --start-lib, 0 for none.

    `is_lazy`: between --start-lib and --end-lib, so taken only where it is asked for.
    """

    file: str
    group: int = 0
    is_whole: bool = False
    is_as_needed: bool = False
    is_lazy: bool = False


@dataclass(frozen=True)
class Ask:
    """A -u (`kind` "want") or --defsym ("define") of the line, behind `at` inputs."""

    kind: str
    word: str
    name: str
    wants: tuple[str, ...]
    at: int


@dataclass(frozen=True)
class LinkLine:
    """Inputs in order; `missing`: the `-l` words that no folder holds; `flags`: the other words.

    `wraps`: names of --wrap; `folders`: those of -L.
    """

    inputs: tuple[LinkInput, ...]
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    is_ordered: bool = True
    asks: tuple[Ask, ...] = ()
    wraps: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()

    def of_files(
        self, files: Sequence[str], is_in: Callable[[str, str], bool] | None = None
    ) -> LinkLine:
        """The line with each folder as the files that were found in it.

        They have no order and no first object, so each is taken whole. `is_in(file, given)` tells
        of other things than folders, such as tars, what is in them.
        """
        found: list[LinkInput] = []
        for given in self.inputs:
            folder = PurePath(given.file)
            inside = [
                file
                for file in files
                if file != given.file
                and (folder in PurePath(file).parents or (is_in and is_in(file, given.file)))
            ]
            found += [replace(given, file=file, is_whole=True) for file in inside] or [given]
        is_ordered = len(found) == len(self.inputs)
        return replace(self, inputs=tuple(found), is_ordered=is_ordered)

    def with_scripts(self, script: Callable[[str], Sequence[LinkInput] | None]) -> LinkLine:
        """The line with each linker script as the files that it names; `script` gives them, None
        where a file is no script."""
        found: list[LinkInput] = []
        groups = max((given.group for given in self.inputs), default=0)
        for given in self.inputs:
            inside = script(given.file)
            if inside is None:
                found.append(given)
                continue
            groups += 1
            found += [
                replace(
                    given, file=one.file, group=given.group or groups * bool(one.group),
                    is_as_needed=given.is_as_needed or one.is_as_needed,
                )
                for one in inside
            ]  # fmt: skip
        return replace(self, inputs=tuple(found))


def parse_link_line(words: Iterable[str], files: Sequence[str] = ()) -> LinkLine:
    """The inputs of a link line in order.

    `files` are the paths that exist (as in the frame `objects`); `-lX` takes the first `libX.so`
    or `libX.a` of the `-L` folders that is among them, and only `libX.a` after `-static`.
    Raises InputError for a group inside a group or one that ends without a beginning.
    """
    plain = list(plain_words(words))
    folders = [word[2:] for word in plain if word.startswith("-L") and len(word) > 2]
    return _Reader(plain, folders, frozenset(files)).read()


def plain_words(words: Iterable[str]) -> Iterator[str]:
    """The words as a linker gets them: `-Wl,a,b` and `-Xlinker a` taken apart, `-L folder` and
    `-l name` written as one word."""
    rest = iter(words)
    parts = (
        part
        for word in rest
        for part in ([next(rest, "")] if word == "-Xlinker" else _unwrapped(word))
    )
    for part in parts:
        yield part + next(parts, "") if part in ("-L", "-l") else part


def _unwrapped(word: str) -> list[str]:
    if not word.startswith("-Wl,"):
        return [word]
    return [part for part in word[4:].split(",") if part]


@dataclass
class _Reader:
    """Goes over the words once, with what the switches before them said."""

    words: list[str]
    folders: list[str]
    files: frozenset[str]
    inputs: list[LinkInput] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    asks: list[Ask] = field(default_factory=list)
    wraps: list[str] = field(default_factory=list)
    now: LinkInput = field(default_factory=lambda: LinkInput(""))
    is_static: bool = False
    groups: int = 0

    def read(self) -> LinkLine:
        words = iter(self.words)
        for word in words:
            if word in _WITH_VALUE:
                self.flags += [word, next(words, "")]
            elif not self._ask(word, words) and not self._switch(word):
                self._input(word)
        return LinkLine(
            tuple(self.inputs), tuple(self.missing), tuple(self.flags), asks=tuple(self.asks),
            wraps=tuple(self.wraps), folders=tuple(self.folders),
        )  # fmt: skip

    def _ask(self, word: str, words: Iterator[str]) -> bool:
        """Whether the word wants, defines or wraps a name itself."""
        found = _ASKS.fullmatch(word)
        if found:
            what, value = found["what"], found["value"]
        elif word in _ASKS_NEXT:
            what, value = _ASKS_NEXT[word], next(words, "")
            word = f"{word} {value}"
        else:
            return False
        if what == "wrap":
            self.wraps.append(value)
        elif what == "defsym":
            name, _, text = value.partition("=")
            wants = tuple(dict.fromkeys(one for one in _NAME.findall(text) if one != "."))
            self.asks.append(Ask("define", word, name, wants, len(self.inputs)))
        else:
            self.asks.append(Ask("want", word, value, (value,), len(self.inputs)))
        return True

    def _switch(self, word: str) -> bool:
        """Whether the word changes how the inputs after it are taken."""
        if word in _OPEN or word in _CLOSE:
            self._group(word in _OPEN)
        elif word in _LIB:
            self._group(_LIB[word])
            self.now = replace(self.now, is_lazy=_LIB[word])
        elif word in _WHOLE:
            self.now = replace(self.now, is_whole=_WHOLE[word])
        elif word in _AS_NEEDED:
            self.now = replace(self.now, is_as_needed=_AS_NEEDED[word])
        elif word in _STATIC:
            self.is_static = _STATIC[word]
            self.flags += [word] if word == "-static" else []
        else:
            return False
        return True

    def _group(self, is_open: bool) -> None:
        if is_open == bool(self.now.group):
            what = "a group begins inside a group" if is_open else "a group ends that never began"
            raise InputError(f"the link line cannot be followed: {what}", help="as in: -( a b -)")
        self.groups += is_open
        self.now = replace(self.now, group=self.groups if is_open else 0)

    def _input(self, word: str) -> None:
        if word.startswith("-l") and len(word) > 2:
            found = library(word[2:], self.folders, self.files.__contains__, self.is_static)
            if found is None:
                self.missing.append(word)
            else:
                self.inputs.append(replace(self.now, file=found))
        elif word.startswith("-L") and len(word) > 2:
            return
        elif word.startswith("-"):
            self.flags.append(word)
        else:
            self.inputs.append(replace(self.now, file=word))


def library(
    name: str, folders: Iterable[str], is_there: Callable[[str], bool], is_static: bool = False
) -> str | None:
    """The file of `-lNAME`: in the first folder that has one, the shared before the static."""
    names = [f"lib{name}.a"] if is_static else [f"lib{name}.so", f"lib{name}.a"]
    if name.startswith(":"):
        names = [name[1:]]
    for folder in folders:
        for candidate in names:
            path = str(PurePath(folder, candidate))
            if is_there(path):
                return path
    return None
