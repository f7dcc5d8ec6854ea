"""Programs with a model: what they print, write and answer, where their input decides it.

`run_tool` gives the output and exit status of one call. What a model does not cover (an option, a
pattern that two languages read differently) raises NotModelledError: the output is then unknown.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from diag.flow import tool_names
from diag.flow.file_store import entry_of, remove_tree, resolve
from diag.flow.holes import Holes, has_hole, show
from diag.flow.state import FileEntry, State
from diag.platforms import Platform


class NotModelledError(Exception):
    """This call is not covered by the model: its output is not known."""


class Result(NamedTuple):
    """Output and exit status (None: not known)."""

    out: str = ""
    status: int | None = 0


@dataclass
class Call:
    """One call of a modelled tool. `sources` collects the places of the files that it reads."""

    name: str
    args: list[str]
    state: State
    holes: Holes
    machine: Platform | None
    place: str
    sources: list[str]
    stdin: str

    def options(self, short: str, with_value: str = "") -> tuple[dict[str, str], list[str]]:
        """POSIX options: letters of `short`, and of `with_value` with a value; then operands."""
        found: dict[str, str] = {}
        rest = list(self.args)
        while rest and rest[0].startswith("-") and rest[0] != "-":
            word = rest.pop(0)
            if word == "--":
                break
            if word.startswith("--") or has_hole(word):
                raise NotModelledError(word)
            self._letters(word[1:], short, with_value, rest, found)
        return found, rest

    def _letters(
        self, letters: str, short: str, with_value: str, rest: list[str], found: dict[str, str]
    ) -> None:
        for place, letter in enumerate(letters):
            if letter in with_value:
                value = letters[place + 1 :] or (rest.pop(0) if rest else "")
                found[letter] = value
                return
            if letter not in short:
                raise NotModelledError(letter)
            found[letter] = ""

    # -- files ------------------------------------------------------------------------------------

    def path(self, word: str) -> str:
        return resolve(self.state.cwd, word)

    def entry(self, word: str) -> FileEntry | None:
        return entry_of(self.state.files, self.path(word))

    def read(self, word: str) -> tuple[str, int | None]:
        """A file's text and the status of reading it."""
        if word == "-":
            return self.stdin, 0
        entry = self.entry(word)
        if entry is None:
            path = self.path(word)
            return self.holes.named(f"file {path}", f"the file {show(path)}"), None
        self.sources += entry.came_through
        return (entry.text, 0) if entry.text is not None else ("", 1)

    def inputs(self, files: list[str]) -> tuple[str, int | None]:
        """The texts of all files, or standard input where there are none."""
        texts = ""
        status: int | None = 0
        for word in files or ["-"]:
            text, one = self.read(word)
            texts += text
            status = one if status == 0 else status
        return texts, status

    def write(self, word: str, text: str, *, appends: bool = False) -> None:
        path = self.path(word)
        if path.startswith("/dev/"):
            return
        before = entry_of(self.state.files, path) if appends else FileEntry("")
        if before is None:
            before = FileEntry(self.holes.named(f"file {path}", f"the file {show(path)}"))
        ways = dict.fromkeys((*before.came_through, *self.sources, self.place))
        self.state.set_file(path, FileEntry((before.text or "") + text, tuple(ways)))

    def opaque(self, *texts: str) -> str:
        """The same hole for the same call on the same input."""
        argv = " ".join([self.name, *self.args])
        key = "\0".join((argv, *texts))
        return self.holes.named(key, f"output of `{show(argv)}`")


Model = Callable[[Call], Result]
MODELS: dict[str, Model] = {}


def model(*names: str) -> Callable[[Model], Model]:
    """Register a model under the names of its programs."""

    def register(function: Model) -> Model:
        for name in names:
            MODELS[name] = function
        return function

    return register


def run_tool(call: Call) -> Result:
    """Output and status; NotModelledError where the model does not cover the call."""
    function = MODELS.get(call.name)
    if function is None:
        raise NotModelledError(call.name)
    return function(call)


def touched_paths(call: Call) -> Iterator[str]:
    """Known files that a call without a model may change: those that its arguments name."""
    paths = {call.path(word) for word in call.args if word}
    paths |= {call.path(word.partition("=")[2]) for word in call.args if "=" in word}
    for known in call.state.files:
        if known in paths or any(known.startswith(path + "/") for path in paths if path != "/"):
            yield known


# --- the platform -------------------------------------------------------------------------------


@model("uname")
def _uname(call: Call) -> Result:
    answers = {"-s": "Linux", "": "Linux", "-o": "GNU/Linux"}
    if call.machine is not None:
        answers |= {"-m": call.machine.uname, "--machine": call.machine.uname}
    asked = " ".join(call.args)
    if asked not in answers:
        raise NotModelledError(asked)
    return Result(answers[asked] + "\n")


@model("arch")
def _arch(call: Call) -> Result:
    if call.args or call.machine is None:
        raise NotModelledError("arch")
    return Result(call.machine.uname + "\n")


@model("dpkg")
def _dpkg(call: Call) -> Result:
    if call.args != ["--print-architecture"] or call.machine is None:
        raise NotModelledError("dpkg")
    return Result(call.machine.debian + "\n")


# --- files --------------------------------------------------------------------------------------


@model("cat")
def _cat(call: Call) -> Result:
    _, files = call.options("u")
    return Result(*call.inputs(files))


@model("tee")
def _tee(call: Call) -> Result:
    options, files = call.options("ai")
    for word in files:
        call.write(word, call.stdin, appends="a" in options)
    return Result(call.stdin)


@model("mkdir")
def _mkdir(call: Call) -> Result:
    options, folders = call.options("pv", "m")
    for word in folders:
        path = call.path(word)
        if entry_of(call.state.files, path) is None or call.state.files.get(path):
            call.state.set_file(path, FileEntry(None, is_folder=True))
    return Result("", 0 if "p" in options else None)


@model("touch")
def _touch(call: Call) -> Result:
    _, files = call.options("acm")
    for word in files:
        entry = call.entry(word)
        if entry is not None and entry.text is None and not entry.is_folder:
            call.write(word, "")
    return Result("", None)


@model("rm", "rmdir")
def _rm(call: Call) -> Result:
    options, paths = call.options("rRfidv")
    for word in paths:
        if not has_hole(word) and not set(word) & set("*?["):
            call.state.files = remove_tree(call.state.files, call.path(word))
        else:
            for known in list(call.state.files):
                call.state.set_file(known, FileEntry(call.opaque(known)))
    return Result("", 0 if "f" in options else None)


@model("cp", "mv")
def _copy(call: Call) -> Result:
    _, paths = call.options("afirRpvTLPnu")
    if len(paths) < 2:
        raise NotModelledError(call.name)
    *sources, destination = paths
    there = call.entry(destination)
    is_folder = destination.endswith("/") or len(sources) > 1 or bool(there and there.is_folder)
    status: int | None = 0
    for source in sources:
        target = posixpath.join(destination, posixpath.basename(source))
        status = status if _copy_one(call, source, target if is_folder else destination) else None
    return Result("", status)


def _copy_one(call: Call, source: str, target: str) -> bool:
    """Copy one file or folder; whether it was known."""
    files = call.state.files
    entry = entry_of(files, call.path(source))
    prefix = call.path(source).rstrip("/") + "/"
    under = [path for path in files if path.startswith(prefix)]
    for path in under:
        call.state.set_file(posixpath.join(call.path(target), path[len(prefix) :]), files[path])
    if entry is None or (entry.text is None and not entry.is_folder):
        text, _ = call.read(source)
        call.write(target, text)
    elif entry.text is not None:
        call.sources += entry.came_through
        call.write(target, entry.text)
        call.sources.clear()
    if call.name == "mv" and entry is not None:
        call.state.files = remove_tree(call.state.files, call.path(source))
    return entry is not None and (entry.text is not None or entry.is_folder)


@model("chmod", "chown", "chgrp", "ln", "sync", "ls", "stat")
def _touches_nothing(call: Call) -> Result:
    if call.name in ("ls", "stat"):
        raise NotModelledError(call.name)
    if call.name == "ln":
        for path in touched_paths(call):
            call.state.set_file(path, FileEntry(call.opaque(path)))
    return Result("", None)


@model("sleep")
def _sleep(call: Call) -> Result:
    return Result()


# --- names --------------------------------------------------------------------------------------


@model("basename")
def _basename(call: Call) -> Result:
    if not 1 <= len(call.args) <= 2 or call.args[0].startswith("-"):
        raise NotModelledError("basename")
    path, suffix = call.args[0], call.args[1] if len(call.args) == 2 else ""
    if has_hole(path + suffix):
        return Result(call.opaque() + "\n")
    name = posixpath.basename(path.rstrip("/")) or ("/" if path else "")
    if suffix and name != suffix:
        name = name.removesuffix(suffix)
    return Result(name + "\n")


@model("dirname")
def _dirname(call: Call) -> Result:
    if len(call.args) != 1 or call.args[0].startswith("-"):
        raise NotModelledError("dirname")
    path = call.args[0]
    if has_hole(path):
        return Result(call.opaque() + "\n")
    stripped = path.rstrip("/")
    if path and not stripped:
        return Result("/\n")
    head, slash, _ = stripped.rpartition("/")
    return Result((head.rstrip("/") or ("/" if slash else ".")) + "\n")


@model("seq")
def _seq(call: Call) -> Result:
    if not all(re.fullmatch(r"-?\d{1,9}", word) for word in call.args) or not call.args:
        raise NotModelledError("seq")
    numbers = [int(word) for word in call.args[:3]]
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    last = numbers[-1]
    if not step:
        raise NotModelledError("seq")
    found = range(first, last + (1 if step > 0 else -1), step)[:10_000]
    return Result("".join(f"{number}\n" for number in found))


def status_of_match(is_found: bool) -> int:
    """grep's exit status."""
    return 0 if is_found else 1


def is_tool(word: str) -> bool:
    """Whether a command word is a program that this module or a later one models."""
    return tool_names.command_name(word) in MODELS
