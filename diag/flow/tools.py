"""Programs with a model: what they print, write and answer, where their input decides it.

`run_tool` gives the output and exit status of one call. What a model does not cover (an option, a
pattern that two languages read differently) raises NotModelledError: the output is then unknown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import Holes, has_hole, show
from diag.flow.limits import MAX_TEXT
from diag.flow.state import Condition, FileEntry, State
from diag.platforms import BUILDER_IS, Platform


class NotModelledError(Exception):
    """This call is not covered by the model: its output is not known."""


class UnknownInputError(NotModelledError):
    """The call is covered, its input not known; `status` is that of reading and changing it."""

    def __init__(self, status: int | None) -> None:
        super().__init__("unknown input")
        self.status = status


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
    is_builder_taken: bool = False

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
                is_list = letter == "e" and letter in found  # sed, grep: one more line
                found[letter] = f"{found[letter]}\n{value}" if is_list else value
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
            if len(texts) > MAX_TEXT:
                raise NotModelledError("long input")
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
        whole = (before.text or "") + text
        if len(whole) > MAX_TEXT:
            whole = self.holes.new(f"a file of more than {MAX_TEXT} characters")
        self.state.set_file(path, FileEntry(whole, tuple(ways)))

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
    folders = tuple(path + "/" for path in paths if path != "/")
    for known in call.state.files:
        if known in paths or known.startswith(folders):
            yield known


# --- the platform -------------------------------------------------------------------------------


@model("uname")
def _uname(call: Call) -> Result:
    asked = " ".join(call.args)
    if asked in ("-m", "--machine") and call.machine is not None:
        return _of_machine(call, call.machine.uname)
    answers = {"-s": "Linux", "": "Linux", "-o": "GNU/Linux"}
    if asked not in answers:
        raise NotModelledError(asked)
    return Result(answers[asked] + "\n")


def _of_machine(call: Call, answer: str) -> Result:
    """What a machine says of itself; of a builder of which nobody told, that is said with it."""
    if call.is_builder_taken and call.machine is not None:
        call.state.given(Condition(f"{BUILDER_IS}{call.machine.name}", True))
    return Result(answer + "\n")


@model("arch")
def _arch(call: Call) -> Result:
    if call.args or call.machine is None:
        raise NotModelledError("arch")
    return _of_machine(call, call.machine.uname)


@model("dpkg")
def _dpkg(call: Call) -> Result:
    if call.args != ["--print-architecture"] or call.machine is None:
        raise NotModelledError("dpkg")
    return _of_machine(call, call.machine.debian)
