"""Redirections: where the output of a command goes, and where its input comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from diag.flow.builtins import Builtins
from diag.flow.file_store import entry_of, resolve
from diag.flow.holes import has_hole, show
from diag.flow.limits import MAX_TEXT, Abort
from diag.flow.state import FileEntry, State, Var
from diag.read.shell_tree import Redirect

Target = tuple[str, str]  # ("out"|"err"|"null", "") or ("file", path)


@dataclass
class Streams:
    """Where 1 and 2 go while a command runs, and what 0 is."""

    targets: dict[int, Target] = field(default_factory=lambda: {1: ("out", ""), 2: ("err", "")})
    stdin: str | None = None
    has_failed: bool = False
    uncertain: str = ""  # the file of an input that may not be there


class Redirects(Builtins):
    """Runs something with redirections."""

    def with_redirects(
        self,
        redirects: tuple[Redirect, ...],
        state: State,
        run: Callable[[State], list[State]],
    ) -> list[State]:
        """What `run` makes of the state, with its output brought to where it goes."""
        if not redirects:
            return run(state)
        streams = Streams()
        for redirect in redirects:
            self._open(redirect, streams, state)
        if streams.has_failed:
            state.status = 1
            return [state]
        saved = state
        state = state.copy()
        state.out = state.err = ""
        state.takes_out = state.takes_err = True
        if streams.stdin is not None:
            state.stdin = streams.stdin
        found = run(state)
        place = self.place(redirects[0].start)
        for after in found:
            if streams.uncertain and after.status == 0:
                after.status, after.status_of = (
                    None,
                    f"{streams.uncertain} (line {self.line(redirects[0].start)})",
                )
            self._deliver(after, streams, saved, place)
        return found

    def redirect_shell(self, redirects: tuple[Redirect, ...], state: State) -> State:
        """`exec > file`: from here on the shell's own streams go elsewhere; what they write there,

        or read from there, is not followed.
        """
        streams = Streams()
        for redirect in redirects:
            self._open(redirect, streams, state)
        what = "what the shell writes after exec"
        for kind, path in streams.targets.values():
            if kind == "file":
                state.set_file(path, FileEntry(self.holes.new(what)))
        state.print(self.holes.new(what))
        if streams.stdin is not None:
            state.stdin = streams.stdin
        state.status = 0
        return state

    def _open(self, redirect: Redirect, streams: Streams, state: State) -> None:
        operator = redirect.operator
        if operator in ("<<", "<<-"):
            body = redirect.heredoc.body if redirect.heredoc else None
            streams.stdin = self.text(body, state)
        elif operator == "<<<":
            streams.stdin = self.text(redirect.target, state) + "\n"
        elif operator == "<" and redirect.fd in (None, 0):
            self._open_input(self.text(redirect.target, state), streams, state)
        elif operator in (">&", "<&"):
            self._duplicate(redirect, streams, state)
        elif operator in (">", ">|", ">>", "&>", "&>>"):
            self._open_output(redirect, streams, state)

    def _open_input(self, word: str, streams: Streams, state: State) -> None:
        entry = entry_of(state.files, resolve(state.cwd, word))
        if entry is None or has_hole(word):
            path = resolve(state.cwd, word)
            streams.stdin = self.holes.named(f"file {path}", f"the file {show(path)}")
            streams.uncertain = f"`< {show(path)}`" if not path.startswith("/dev/") else ""
            return
        self.used.append(("", Var("", came_through=entry.came_through)))
        streams.has_failed = streams.has_failed or entry.text is None
        streams.stdin = entry.text or ""

    def _duplicate(self, redirect: Redirect, streams: Streams, state: State) -> None:
        word = self.text(redirect.target, state)
        fd = redirect.fd if redirect.fd is not None else 1
        if redirect.operator == "<&":
            return
        if word.isdigit() and len(word) < 4:
            streams.targets[fd] = streams.targets.get(int(word), ("null", ""))
        elif word == "-":
            streams.targets[fd] = ("null", "")
        else:
            target = self._file_target(word, state, appends=False, offset=redirect.start)
            streams.targets[1] = streams.targets[2] = target

    def _open_output(self, redirect: Redirect, streams: Streams, state: State) -> None:
        word = self.text(redirect.target, state)
        appends = redirect.operator.endswith(">>")
        target = self._file_target(word, state, appends=appends, offset=redirect.start)
        if redirect.operator.startswith("&"):
            streams.targets[1] = streams.targets[2] = target
        else:
            streams.targets[redirect.fd if redirect.fd is not None else 1] = target

    def _file_target(self, word: str, state: State, *, appends: bool, offset: int) -> Target:
        if word == "/dev/stdout":
            return ("out", "")
        if word == "/dev/stderr":
            return ("err", "")
        path = resolve(state.cwd, word)
        if word == "/dev/null" or not word:
            return ("null", "")
        before = entry_of(state.files, path)
        if before is not None and before.is_folder:
            raise Abort(2)
        if not appends or (before is not None and before.text is None):
            state.set_file(path, FileEntry("", (self.place(offset),)))
        elif before is None:
            hole = self.holes.named(f"file {path}", f"the file {show(path)}")
            state.set_file(path, FileEntry(hole))
        return ("file", path)

    def _deliver(
        self,
        state: State,
        streams: Streams,
        saved: State,
        place: str,
    ) -> None:
        out, err = state.out, state.err
        state.out, state.err = saved.out, saved.err
        state.takes_out, state.takes_err = saved.takes_out, saved.takes_err
        if streams.stdin is not None:
            state.stdin = saved.stdin
        if out and err and streams.targets[1] == streams.targets[2]:
            out, err = self.holes.new("output and messages in one stream"), ""
        self._put(state, streams.targets[1], out, place)
        self._put(state, streams.targets[2], err, place)

    def _put(self, state: State, target: Target, text: str, place: str) -> None:
        kind, path = target
        if kind == "out":
            state.print(text)
        elif kind == "err":
            state.complain(text)
        elif kind == "file" and text:
            before = state.files.get(path, FileEntry(""))
            ways = dict.fromkeys(way for _, var in self.used for way in var.came_through)
            earlier = before.came_through if before.text else ()
            through = dict.fromkeys((*earlier, *ways, place))
            state.set_file(path, FileEntry(self.held((before.text or "") + text), tuple(through)))

    def held(self, text: str) -> str:
        """The text of a file, or a hole where it is too long to be held."""
        if len(text) <= MAX_TEXT:
            return text
        return self.holes.new(f"a file of more than {MAX_TEXT} characters")
