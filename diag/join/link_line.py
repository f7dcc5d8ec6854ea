"""A link line as the ordered inputs that a linker sees: files, groups, archives taken whole.

Words as GNU ld, gold, lld and mold take them, with or without the compiler's `-Wl,` around them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from pathlib import PurePath

from diag.errors import InputError

_OPEN = frozenset(["--start-group", "-start-group", "-("])
_CLOSE = frozenset(["--end-group", "-end-group", "-)"])
_WHOLE = {"--whole-archive": True, "-whole-archive": True, "--no-whole-archive": False}
_AS_NEEDED = {"--as-needed": True, "--no-as-needed": False}
_STATIC = {
    "-static": True, "-Bstatic": True, "-dn": True, "-non_shared": True,
    "-Bdynamic": False, "-dy": False, "-call_shared": False,
}  # fmt: skip
# Options that take the next word; none of them names an input.
_WITH_VALUE = frozenset(
    ["-o", "-e", "-T", "-z", "-m", "-u", "-h", "-soname", "-rpath", "--dynamic-linker", "-plugin"]
)


@dataclass(frozen=True)
class LinkInput:
    """One file of the line. `group`: number of its --start-group, 0 for none."""

    file: str
    group: int = 0
    is_whole: bool = False
    is_as_needed: bool = False


@dataclass(frozen=True)
class LinkLine:
    """Inputs in order; `missing`: the `-l` words that no folder holds; `flags`: the other words."""

    inputs: tuple[LinkInput, ...]
    missing: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    is_ordered: bool = True

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


def parse_link_line(words: Iterable[str], files: Sequence[str] = ()) -> LinkLine:
    """The inputs of a link line in order.

    `files` are the paths that exist (as in the frame `objects`); `-lX` takes the first `libX.so`
    or `libX.a` of the `-L` folders that is among them, and only `libX.a` after `-static`.
    Raises InputError for a group inside a group or one that ends without a beginning.
    """
    plain = [part for word in words for part in _unwrapped(word)]
    folders = [word[2:] for word in plain if word.startswith("-L") and len(word) > 2]
    return _Reader(plain, folders, frozenset(files)).read()


def _unwrapped(word: str) -> list[str]:
    return word[4:].split(",") if word.startswith("-Wl,") else [word]


class _Reader:
    """Goes over the words once, with what the switches before them said."""

    def __init__(self, words: list[str], folders: list[str], files: frozenset[str]) -> None:
        self.words, self.folders, self.files = words, folders, files
        self.inputs: list[LinkInput] = []
        self.missing: list[str] = []
        self.flags: list[str] = []
        self.now = LinkInput("")
        self.is_static = False
        self.groups = 0

    def read(self) -> LinkLine:
        words = iter(self.words)
        for word in words:
            if word in _WITH_VALUE:
                self.flags += [word, next(words, "")]
            elif not self._switch(word):
                self._input(word)
        return LinkLine(tuple(self.inputs), tuple(self.missing), tuple(self.flags))

    def _switch(self, word: str) -> bool:
        """Whether the word changes how the inputs after it are taken."""
        if word in _OPEN or word in _CLOSE:
            self._group(word in _OPEN)
        elif word in _WHOLE:
            self.now = replace(self.now, is_whole=_WHOLE[word])
        elif word in _AS_NEEDED:
            self.now = replace(self.now, is_as_needed=_AS_NEEDED[word])
        elif word in _STATIC:
            self.is_static = _STATIC[word]
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
            found = self._library(word[2:])
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

    def _library(self, name: str) -> str | None:
        """The file of `-lNAME`: in the first folder that has one, the shared before the static."""
        names = [f"lib{name}.a"] if self.is_static else [f"lib{name}.so", f"lib{name}.a"]
        if name.startswith(":"):
            names = [name[1:]]
        for folder in self.folders:
            for candidate in names:
                path = str(PurePath(folder, candidate))
                if path in self.files:
                    return path
        return None
