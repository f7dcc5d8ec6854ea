"""Processes of their own: outside commands, modelled tools, wrappers such as env, other shells."""

from __future__ import annotations

import re
from dataclasses import replace

from diag.flow import tools_awk, tools_files, tools_sed, tools_text
from diag.flow.children import Children, Process, without_arrays
from diag.flow.event import Event
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import has_hole, show
from diag.flow.limits import ASH, DASH, SH
from diag.flow.state import FileEntry, State, Var
from diag.flow.tool_names import SHELLS, WRAPPERS, command_name, is_outside
from diag.flow.toolchain_go import written_settings
from diag.flow.tools import (
    MODELS,
    Call,
    NotModelledError,
    UnknownInputError,
    run_tool,
    touched_paths,
)

REGISTERED = (tools_awk, tools_files, tools_sed, tools_text)  # each registers its models

# Shell builtins that are programs too, alike in what they print.
ALSO_PROGRAMS = frozenset(["echo", "printf", "true", "false", "test", "[", "pwd"])
SHELL_DIALECTS = {
    "bash": frozenset({"bash"}),
    "rbash": frozenset({"bash"}),
    "dash": DASH,
    "ash": ASH,
}
ASSIGNED = re.compile(r"(?P<name>[^=]+)=(?P<text>.*)", re.DOTALL)  # env takes any name
SHEBANG = re.compile(r"#!\s*(?:/usr/bin/env\s+(?:-S\s+)?)?(?:\S*/)?(?P<shell>sh|bash|dash|ash)\b")
# Options of wrappers that take a value in the next word.
WRAPPER_VALUES = {
    "nice": ("-n", "--adjustment"),
    "timeout": ("-s", "-k", "--signal", "--kill-after"),
    "xargs": ("-n", "-I", "-P", "-L", "-d", "-a", "-s", "-E"),
}


class Processes(Children):
    """Starts processes."""

    def start(self, process: Process, state: State) -> list[State]:
        """Run a program: never a function or a builtin."""
        word = process.argv[0]
        name = command_name(word)
        if has_hole(word) or is_outside(word):
            script = self._known_script(word, state)
            if script is not None:
                return self.shell_on_file(process, script, state)
            return [self.outside(process, state)]
        if name in WRAPPERS:
            return self.wrapper(name, process, state)
        if name in SHELLS:
            return self.shell(name, process, state)
        self.tool(name, process, state)
        return [state]

    # -- outside commands -------------------------------------------------------------------------

    def label(self, argv: tuple[str, ...], offset: int) -> str:
        shown = show(" ".join(argv))
        shown = shown if len(shown) <= 60 else shown[:57] + "..."
        return f"`{shown}` (line {self.line(offset)})"

    def outside(self, process: Process, state: State) -> State:
        state.n_commands += 1
        self.events.append(
            Event(
                state.n_commands, self.line(process.offset), self.place(process.offset),
                process.argv, without_arrays(state), process.overlay, process.is_cleared, state.files,
                state.cwd, state.conditions,
            )
        )  # fmt: skip
        self._without_model(process, state)
        if command_name(process.argv[0]) == "go":
            for path, entry in written_settings(self.events[-1]):
                state.set_file(path, entry)
        return state

    def _without_model(self, process: Process, state: State) -> None:
        """Output and status hang on the outside, and so do the files that it names."""
        state.status, state.status_of = None, self.label(process.argv, process.offset)
        what = f"output of {state.status_of}"
        if state.takes_out:
            state.print(self.holes.new(what))
        state.complain(self.holes.new(what))
        call = self._call(command_name(process.argv[0]), process, state)
        for path in list(touched_paths(call)):
            if not state.files[path].is_folder:
                state.set_file(path, FileEntry(self.holes.new(f"what {state.status_of} writes")))

    def _call(self, name: str, process: Process, state: State) -> Call:
        place = self.place(process.offset)
        args = list(process.argv[1:])
        taken = self.context.is_builder_taken
        return Call(name, args, state, self.holes, self.machine, place, [], state.stdin, taken)

    def tool(self, name: str, process: Process, state: State) -> None:
        """A modelled program, or a builtin that is a program too."""
        if name in ALSO_PROGRAMS and name not in MODELS:
            self.call_builtin(name, list(process.argv[1:]), state, process.offset)
            return
        call = self._call(name, process, state)
        call.sources += [way for _, var in self.used for way in var.came_through]
        n_known = len(call.sources)
        try:
            result = run_tool(call)
        except NotModelledError as error:
            self._without_model(process, state)
            if isinstance(error, UnknownInputError):
                state.status = error.status
            return
        self.used.append(("", Var("", came_through=tuple(call.sources[n_known:]))))
        state.print(result.out)
        state.status = result.status
        state.status_of = self.label(process.argv, process.offset)

    def call_builtin(self, name: str, args: list[str], state: State, offset: int) -> None:
        raise NotImplementedError

    # -- wrappers ---------------------------------------------------------------------------------

    def wrapper(self, name: str, process: Process, state: State) -> list[State]:
        if name == "env":
            return self.env(process, state)
        rest = list(process.argv[1:])
        while rest and rest[0].startswith("-") and len(rest[0]) > 1:
            word = rest.pop(0)
            if word in WRAPPER_VALUES.get(name, ()) and rest:
                rest.pop(0)
        if name == "timeout" and rest:
            rest.pop(0)
        if name == "xargs":
            is_plain = len(process.argv) == 1 or not process.argv[1].startswith("-")
            is_known = (
                is_plain and not has_hole(state.stdin) and not set(state.stdin) & set("\"'\\")
            )
            hole = self.holes.new("arguments that xargs adds")
            rest = [*(rest or ["echo"]), *(state.stdin.split() if is_known else [hole])]
            state.stdin = ""
        if not rest:
            state.status = None
            return [state]
        return self.start(replace(process, argv=tuple(rest)), state)

    def env(self, process: Process, state: State) -> list[State]:
        """`env [-i] [-u name] [name=value] command`."""
        overlay, is_cleared = dict(process.overlay), process.is_cleared
        rest = list(process.argv[1:])
        place = self.place(process.offset)
        is_past_options = False
        while rest and (rest[0].startswith("-") or ASSIGNED.match(rest[0])):
            if is_past_options and rest[0].startswith("-"):
                break  # behind an assignment it is the command, whatever it looks like
            word = rest.pop(0)
            is_past_options = not word.startswith("-")
            if word in ("-i", "-", "--ignore-environment"):
                overlay, is_cleared = {}, True
            elif word in ("-u", "--unset") or word.startswith("--unset=") or word[:2] == "-u":
                unset = word.partition("=")[2] or word[2:] if word not in ("-u", "--unset") else ""
                name = unset or (rest.pop(0) if rest else "")
                overlay[name] = self._removed_by_env(name, state, place)
            elif word in ("-C", "--chdir", "-S", "--split-string"):
                rest[:1] = rest[0].split() if rest and word in ("-S", "--split-string") else []
            elif found := ASSIGNED.match(word):
                overlay[found["name"]] = self.prefix_var(found["name"], found["text"], state, place)
        if not rest:
            state.print(self.holes.new("the environment as env prints it"))
            state.status = 0
            return [state]
        return self.start(Process(tuple(rest), process.offset, overlay, is_cleared), state)

    def _removed_by_env(self, name: str, state: State, place: str) -> Var:
        old = state.vars.get(name, Var())
        if old.text and old.is_exported:
            return Var(None, False, old.came_through, place, "env-cleared")
        return Var()

    def prefix_var(self, name: str, text: str, state: State, place: str) -> Var:
        """The variable that `name=text command` gives to the command alone."""
        old = state.vars.get(name, Var())
        ways = dict.fromkeys(way for _, var in self.used for way in var.came_through)
        used = any(other == name for other, _ in self.used)
        var = Var(text, True, (*(way for way in ways if way != place), place))
        self.note(place, name, text)
        lost = next(((v.lost_at, v.lost_by) for _, v in self.used if v.lost_by), None)
        if old.text and old.is_exported and old.text != text and not used and not old.may_be_unset:
            lost = (place, "overridden-by-prefix")
        return var._replace(lost_at=lost[0], lost_by=lost[1]) if lost else var

    # -- shells -----------------------------------------------------------------------------------

    def shell(self, name: str, process: Process, state: State) -> list[State]:
        """`sh -c text`, `sh file`, `sh < text`."""
        letters, rest = set[str](), list(process.argv[1:])
        dialects = self.dialects_of(name, state)
        while rest and rest[0][:1] in ("-", "+") and len(rest[0]) > 1:
            word = rest.pop(0)
            if word == "--":
                break
            if word == "--posix":
                dialects = frozenset({"bash-posix"})
            elif word == "--login":
                letters.add("l")
            elif not word.startswith("--"):
                letters |= set(word[1:]) if word[0] == "-" else set()
                if "o" in word[1:] and rest:
                    letters.add(rest.pop(0))
        if "c" in letters:
            text = rest.pop(0) if rest else ""
            zero, rest = (rest[0], rest[1:]) if rest else (name, [])
        elif rest and "s" not in letters:
            return self._shell_file(process, rest, dialects, letters, state)
        else:
            text, zero = state.stdin, name
            state.stdin = ""
        return self.child(process, text, zero, tuple(rest), dialects, letters, state)

    def dialects_of(self, name: str, state: State) -> frozenset[str]:
        if name in SHELL_DIALECTS:
            return SHELL_DIALECTS[name]
        return state.dialects if state.dialects <= SH else SH

    def _shell_file(
        self,
        process: Process,
        rest: list[str],
        dialects: frozenset[str],
        letters: set[str],
        state: State,
    ) -> list[State]:
        entry = entry_of(state.files, resolve(state.cwd, rest[0]))
        if entry is None or entry.text is None or has_hole(entry.text):
            self._without_model(process, state)
            return [state]
        args = tuple(rest[1:])
        return self.child(process, entry.text, rest[0], args, dialects, letters, state)

    def _known_script(self, word: str, state: State) -> str | None:
        """The text of a shell script in the store that a path names."""
        if "/" not in word or has_hole(word):
            return None
        entry = entry_of(state.files, resolve(state.cwd, word))
        if entry is None or not entry.text or has_hole(entry.text):
            return None
        return entry.text if SHEBANG.match(entry.text) else None

    def shell_on_file(self, process: Process, text: str, state: State) -> list[State]:
        found = SHEBANG.match(text)
        dialects = self.dialects_of(found["shell"] if found else "sh", state)
        first = text.partition("\n")[0]
        flags = re.search(r"\s-([a-z]+)\s*$", first)
        letters = set(flags[1]) if flags else set()
        zero, args = process.argv[0], process.argv[1:]
        return self.child(process, text, zero, args, dialects, letters, state)

    def child(
        self,
        process: Process,
        text: str,
        zero: str,
        args: tuple[str, ...],
        dialects: frozenset[str],
        letters: set[str],
        state: State,
    ) -> list[State]:
        """Another shell on a script: it has what is exported, and gives nothing back."""
        if has_hole(text):
            self._without_model(process, state)
            return [state]
        child = state.copy()
        child.vars = self.environment(process, state)
        child.functions, child.arrays, child.scopes, child.traps = {}, {}, (), {}
        child.positional, child.zero, child.dialects = args, zero, dialects
        child.options = frozenset(letters & {"e", "u", "a", "x", "pipefail", "f"})
        found = []
        line = self.line(process.offset)
        with self.nested():
            begun = self.login(child) if "l" in letters else [child]
            ended = [after for first in begun for after in self.run_text(text, first, line)]
            for after in self.leave_shell(ended):
                joined = self.rejoin(state, after, "subshell", self.place(process.offset))
                joined.dialects = after.dialects if dialects == state.dialects else state.dialects
                found.append(joined)
        return found
