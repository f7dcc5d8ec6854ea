"""The shell's own commands, but for declarations: each a method, found by its name in BUILTINS."""

from __future__ import annotations

import re
from collections.abc import Callable

from diag.flow.expand_arrays import array_of
from diag.flow.file_store import resolve
from diag.flow.holes import has_hole
from diag.flow.limits import ASH, BASH, DASH, Abort, LimitError
from diag.flow.output import echo, printf
from diag.flow.state import State
from diag.flow.texts import Texts
from diag.flow.tools import NotModelledError
from diag.flow.traps import trapped

LONG_OPTIONS = {
    "errexit": "e", "nounset": "u", "allexport": "a", "xtrace": "x", "pipefail": "pipefail",
    "noglob": "f", "verbose": "v", "noexec": "n",
}  # fmt: skip


class Builtins(Texts):
    """Each `do_` method takes the arguments, the state and the offset of the command."""

    # -- output -----------------------------------------------------------------------------------

    def do_echo(self, args: list[str], state: State, offset: int) -> None:
        state.print(echo(args, lambda: self.is_dialect(state, DASH)))
        state.status = 0

    def do_printf(self, args: list[str], state: State, offset: int) -> None:
        name = args[1] if args[:1] == ["-v"] and len(args) > 2 else ""
        if name and not self.is_dialect(state, BASH):
            state.status = 2
            return
        try:
            text = printf(args[2:] if name else args)
            state.status = 0
        except NotModelledError:
            text, state.status = self.output_hole("printf"), None
        if name:
            self.assign(state, name, text, offset, None)
        else:
            state.print(text)

    def do_pwd(self, args: list[str], state: State, offset: int) -> None:
        state.print(state.cwd + "\n")
        state.status = 0

    # -- status and control -----------------------------------------------------------------------

    def do_true(self, args: list[str], state: State, offset: int) -> None:
        state.status = 0

    def do_false(self, args: list[str], state: State, offset: int) -> None:
        state.status = 1

    def do_trap(self, args: list[str], state: State, offset: int) -> None:
        state.traps = trapped(state.traps, args, offset)
        state.status = 0

    def do_unknown(self, args: list[str], state: State, offset: int) -> None:
        """A builtin of which neither output nor status is followed."""
        state.print(self.output_hole("a builtin"))
        state.status = None

    def do_test(self, args: list[str], state: State, offset: int) -> None:
        state.status = self.test(args, state)

    def do_bracket(self, args: list[str], state: State, offset: int) -> None:
        state.status = self.test(args[:-1], state) if args[-1:] == ["]"] else 2

    def do_exit(self, args: list[str], state: State, offset: int) -> None:
        state.flow = "exit"
        self._leave_with(args, state)

    def do_return(self, args: list[str], state: State, offset: int) -> None:
        state.flow = "return"
        self._leave_with(args, state)

    def _leave_with(self, args: list[str], state: State) -> None:
        if args:
            is_number = re.fullmatch(r"\d{1,9}", args[0]) is not None
            state.status = int(args[0]) % 256 if is_number else 2
            if has_hole(args[0]):
                state.status = None

    def do_break(self, args: list[str], state: State, offset: int) -> None:
        state.flow, state.status = "break", 0
        state.levels = int(args[0]) if args and args[0].isdigit() and len(args[0]) < 4 else 1

    def do_continue(self, args: list[str], state: State, offset: int) -> None:
        self.do_break(args, state, offset)
        state.flow = "continue"

    def do_shift(self, args: list[str], state: State, offset: int) -> None:
        count = int(args[0]) if args and args[0].isdigit() and len(args[0]) < 6 else 1
        state.status = 0
        if count <= len(state.positional):
            state.positional = state.positional[count:]
        elif self.is_dialect(state, BASH | ASH):
            state.status = 1
        else:
            raise Abort(2)

    # -- options ----------------------------------------------------------------------------------

    def do_set(self, args: list[str], state: State, offset: int) -> None:
        state.status = 0
        rest = list(args)
        while rest and rest[0][:1] in ("-", "+") and len(rest[0]) > 1:
            word = rest.pop(0)
            if word == "--":
                state.positional = tuple(rest)
                return
            for letter in word[1:]:
                name = rest.pop(0) if letter == "o" and rest else letter
                self.set_option(state, LONG_OPTIONS.get(name, name), word[0] == "-")
        if rest:
            state.positional = tuple(rest)

    def set_option(self, state: State, option: str, is_on: bool) -> None:
        if option == "pipefail" and self.is_dialect(state, DASH):
            raise Abort(2)
        state.options = state.options | {option} if is_on else state.options - {option}

    # -- input ------------------------------------------------------------------------------------

    def do_read(self, args: list[str], state: State, offset: int) -> None:
        is_raw = any(re.fullmatch(r"-[a-z]*r[a-z]*", word) for word in args)
        names = self._read_names(args) or ["REPLY"]
        if has_hole(state.stdin):
            for name in names:
                self.assign(state, name, self.holes.new("a line of unknown input"), offset, None)
            state.status = None
            state.stdin = self.holes.new("the rest of unknown input")
            return
        line, newline, state.stdin = state.stdin.partition("\n")
        if not is_raw:
            line = re.sub(r"\\(.)", r"\1", line)
        for name, text in zip(names, self._read_fields(line, len(names), state), strict=True):
            self.assign(state, name, text, offset, None)
        state.status = 0 if newline else 1

    def _read_names(self, args: list[str]) -> list[str]:
        names, rest = list[str](), list(args)
        while rest:
            word = rest.pop(0)
            if re.fullmatch(r"-[dinNptu]", word):
                if word != "-p":
                    raise LimitError(f"`read {word}` is not followed")
                rest[:1] = []
            elif not word.startswith("-"):
                names.append(word)
        return names

    def _read_fields(self, line: str, count: int, state: State) -> list[str]:
        separators = self.separators(state)
        spaces = "".join(char for char in separators if char in " \t\n")
        marks = re.escape("".join(char for char in separators if char not in " \t\n"))
        fields: list[str] = []
        rest = line.strip(spaces) if spaces else line
        while len(fields) < count - 1 and separators:
            blank = f"[{re.escape(spaces)}]" if spaces else "(?!)"
            border = rf"{blank}*[{marks}]{blank}*|{blank}+" if marks else rf"{blank}+"
            head, *tail = re.split(border, rest, maxsplit=1)
            fields.append(head)
            rest = tail[0] if tail else ""
        fields.append(rest)
        return fields + [""] * (count - len(fields))

    # -- places -----------------------------------------------------------------------------------

    def do_cd(self, args: list[str], state: State, offset: int) -> None:
        """Taken to succeed: a script goes on in the folder that it names."""
        folders = [word for word in args if not word.startswith("-") or word == "-"]
        target = folders[0] if folders else self.lookup(state, "HOME").text or "/"
        if target == "-":
            target = self.holes.new("the folder before")
        state.cwd = resolve(state.cwd, target)
        state.status = 0

    def do_let(self, args: list[str], state: State, offset: int) -> None:
        value = ""
        for text in args:
            value = self.arithmetic_of(text, state)
        is_number = value.lstrip("-").isdigit()
        state.status = int(int(value) == 0) if is_number else None
        state.status_of = f"`let` (line {self.line(offset)})"

    def do_getopts(self, args: list[str], state: State, offset: int) -> None:
        for name in (*args[1:2], "OPTARG", "OPTIND"):
            self.assign(state, name, self.holes.new("getopts"), offset, None)
        state.status = None

    def do_mapfile(self, args: list[str], state: State, offset: int) -> None:
        names = [word for word in args if not word.startswith("-")]
        is_known = {*args[:-1]} <= {"-t"} and not has_hole(state.stdin)
        lines = re.findall(r"[^\n]*\n|[^\n]+", state.stdin)
        lines = [line.removesuffix("\n") for line in lines] if "-t" in args else lines
        array = array_of(lines) if is_known else None
        state.arrays = {**state.arrays, (names or ["MAPFILE"])[-1]: array}
        state.stdin, state.status = "", 0

    def do_pushd(self, args: list[str], state: State, offset: int) -> None:
        state.cwd = self.holes.new("the folder of pushd or popd")
        state.status = 0


Method = Callable[[Builtins, list[str], State, int], None]
BUILTINS: dict[str, Method] = {
    ":": Builtins.do_true, "true": Builtins.do_true, "false": Builtins.do_false,
    "echo": Builtins.do_echo, "printf": Builtins.do_printf, "pwd": Builtins.do_pwd,
    "test": Builtins.do_test, "[": Builtins.do_bracket, "exit": Builtins.do_exit,
    "return": Builtins.do_return, "break": Builtins.do_break, "continue": Builtins.do_continue,
    "shift": Builtins.do_shift, "set": Builtins.do_set, "unset": Builtins.unset,
    "read": Builtins.do_read, "cd": Builtins.do_cd, "chdir": Builtins.do_cd,
    "let": Builtins.do_let, "getopts": Builtins.do_getopts, "mapfile": Builtins.do_mapfile,
    "readarray": Builtins.do_mapfile, "pushd": Builtins.do_pushd, "popd": Builtins.do_pushd,
    "wait": Builtins.do_true, "trap": Builtins.do_trap, "umask": Builtins.do_true,
    "hash": Builtins.do_true, "alias": Builtins.do_true, "unalias": Builtins.do_true,
    "times": Builtins.do_true, "disown": Builtins.do_true,
}  # fmt: skip
SPECIAL = frozenset(
    [
        ":",
        ".",
        "break",
        "continue",
        "eval",
        "exec",
        "exit",
        "export",
        "readonly",
        "return",
        "set",
        "shift",
        "source",
        "times",
        "trap",
        "unset",
    ]
)
