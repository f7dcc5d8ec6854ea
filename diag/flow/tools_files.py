"""Models of programs that make, copy and remove files, or take names apart."""

from __future__ import annotations

import posixpath
import re

from diag.flow.file_store import entry_of, remove_tree
from diag.flow.holes import has_hole
from diag.flow.state import FileEntry
from diag.flow.tools import Call, NotModelledError, Result, model, touched_paths

MAX_NUMBERS = 10_000  # of seq; longer lists are not known

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
    if call.name == "chmod" and len(call.args) > 1 and not call.args[0].startswith("-"):
        found = [call.entry(word) for word in call.args[1:]]
        if all(
            entry is not None and (entry.text is not None or entry.is_folder) for entry in found
        ):
            return Result()
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
    mark = "\n"
    if call.args[:1] and re.fullmatch(r"-s[^\\%]*", call.args[0]):
        mark = call.args.pop(0)[2:] or (call.args.pop(0) if call.args else "")
    if not all(re.fullmatch(r"-?\d{1,9}", word) for word in call.args) or not call.args:
        raise NotModelledError("seq")
    numbers = [int(word) for word in call.args[:3]]
    first = numbers[0] if len(numbers) > 1 else 1
    step = numbers[1] if len(numbers) > 2 else 1
    last = numbers[-1]
    if not step:
        raise NotModelledError("seq")
    found = range(first, last + (1 if step > 0 else -1), step)
    if len(found) > MAX_NUMBERS:
        raise NotModelledError("seq")
    return Result(mark.join(map(str, found)) + ("\n" if found else ""))
