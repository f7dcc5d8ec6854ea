"""The files that RUN and COPY make, as far as their text is known: within a RUN and across RUNs.

A path that is not in the store may or may not exist, with any text: the base image decides.
"""

from __future__ import annotations

import posixpath
from collections.abc import Mapping
from dataclasses import dataclass, field

from diag.flow.holes import HOLE, Holes
from diag.flow.state import FileEntry, State, Var, Written
from diag.flow.values import Copy, RunContext, Value

Files = Mapping[str, FileEntry]


def resolve(cwd: str, path: str) -> str:
    """An absolute path; one that begins with a hole is taken for absolute (a home, a folder)."""
    if HOLE.match(path):
        return path
    return posixpath.normpath(posixpath.join(cwd, path))


def entry_of(files: Files, path: str) -> FileEntry | None:
    """What is known of a path: None where nothing is."""
    if path == "/dev/null":
        return FileEntry("")
    found = files.get(path)
    if found is not None:
        return found
    prefix = path.rstrip("/") + "/"
    if any(other.startswith(prefix) and entry.text is not None for other, entry in files.items()):
        return FileEntry(None, is_folder=True)
    return None


def remove_tree(files: Files, path: str) -> Files:
    """Without the path and what is under it; all of them are known to be absent."""
    prefix = path.rstrip("/") + "/"
    gone = {other: FileEntry(None) for other in files if other.startswith(prefix)}
    return {**files, **gone, path: FileEntry(None)}


@dataclass
class Leftover:
    """A variable as an earlier RUN left it: its shell ended, and the value with it."""

    var: Var
    place: str


@dataclass
class FileStore:
    """What stages leave to later ones: files, and the variables that they lost."""

    holes: Holes = field(default_factory=Holes)
    stages: dict[int, Files] = field(default_factory=dict)
    leftovers: dict[int, dict[str, Leftover]] = field(default_factory=dict)
    stops: dict[int, str] = field(default_factory=dict)  # stage -> "RUN at line N exits 1"
    written: Written = field(default_factory=dict)
    vars: dict[tuple[str, int], tuple[Value, Var]] = field(default_factory=dict)

    def start(self, context: RunContext) -> Files:
        """The files that a RUN finds: those of its stage chain, then what was copied in."""
        for stage in context.closed:
            self.stages[stage.chain[-1]] = self._after_copies(stage.chain, stage.copies)
        return self._after_copies(context.stage_chain or (context.stage_no,), context.copies)

    def _after_copies(self, chain: tuple[int, ...], copies: tuple[Copy, ...]) -> Files:
        files: Files = next((self.stages[n] for n in reversed(chain) if n in self.stages), {})
        for copy in copies:
            files = self._copied(files, copy)
        return files

    def _copied(self, files: Files, copy: Copy) -> Files:
        destination = copy.destination.rstrip("/") or "/"
        if copy.text is not None:
            return {**files, destination: FileEntry(copy.text, copy.came_through)}
        hole = self.holes.named(f"copy {copy.source} {destination}", f"the file {copy.source}")
        if copy.from_stage_no is not None:
            return {**files, **self._from_stage(copy, destination, hole)}
        return self._hide(files, destination, hole, copy.destination.endswith("/"))

    def _from_stage(self, copy: Copy, destination: str, hole: str) -> Files:
        """A file of another stage, or the files under a folder of it."""
        there = self.stages.get(copy.from_stage_no if copy.from_stage_no is not None else -1, {})
        found = there.get(copy.source)
        if found is not None and found.text is not None:
            return {destination: found}
        prefix = copy.source.rstrip("/") + "/"
        inner = {
            path[len(prefix) :]: entry
            for path, entry in there.items()
            if path.startswith(prefix) and entry.text is not None
        }
        folder, name = posixpath.split(destination)
        under = {posixpath.join(destination, path): entry for path, entry in inner.items()}
        if name == posixpath.basename(copy.source.rstrip("/")):
            # The content goes there or one folder up: the destination does not tell any more.
            both = [posixpath.join(base, path) for base in (destination, folder) for path in inner]
            under = dict.fromkeys(both, FileEntry(hole))
        return under or {destination: FileEntry(hole)}

    def _hide(self, files: Files, destination: str, hole: str, is_folder: bool) -> Files:
        """The build context may overwrite whatever is known at or under the destination."""
        prefix = destination.rstrip("/") + "/"
        hidden = {path: FileEntry(hole) for path in files if path.startswith(prefix)}
        if not is_folder:
            hidden[destination] = FileEntry(hole)
        return {**files, **hidden}

    def finish(self, context: RunContext, states: list[State]) -> None:
        """Keep what a RUN leaves: of the ways on which it does not fail, where there are any."""
        good = [state for state in states if state.status in (0, None)] or states
        if not good:
            return
        files = dict(good[0].files)
        for state in good[1:]:
            for path in {*files, *state.files}:
                if files.get(path) != state.files.get(path):
                    origin = f"what {context.file}:{context.line_no} writes to {path}"
                    files[path] = FileEntry(self.holes.named(origin, origin))
        self.stages[context.stage_no] = files

    def stop_of(self, context: RunContext) -> str:
        """The earlier RUN of the stage chain that certainly fails, told in words; or ""."""
        for number in context.stage_chain or (context.stage_no,):
            if number in self.stops:
                return self.stops[number]
        return ""
