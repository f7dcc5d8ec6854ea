"""What go makes of its environment: for which machine it builds, and whether with cgo.

Measured on go 1.19, 1.22, 1.25 and 1.27 (tests/toolchain/go.json): a variable that is empty counts
as not given; what `go env -w` wrote comes after the environment. GOOS and GOARCH default to the
host's. CGO_ENABLED is 0 where the target is another than the host; else 1, but 0 from go 1.20 on
where no C compiler is found. GOARM defaults to 5 or 7, by the version of go and by who built it.
"""

from __future__ import annotations

import posixpath
from collections.abc import Iterator, Mapping

from diag.flow.event import Event
from diag.flow.file_store import resolve
from diag.flow.holes import has_hole, same
from diag.flow.state import FileEntry, Var
from diag.flow.toolchain_flags import Flags, of_var
from diag.platforms import Platform

COMPILES = frozenset(["build", "install", "test", "run", "vet", "generate", "list", "tool"])
NAMES = (
    "GOOS", "GOARCH", "GOARM", "GOAMD64", "GO386", "CGO_ENABLED", "CGO_CFLAGS", "CGO_CXXFLAGS",
    "CGO_CPPFLAGS", "CGO_LDFLAGS", "CC", "CXX", "GOFLAGS",
)  # fmt: skip
PLAIN = ("CC", "CXX", "CGO_CFLAGS", "CGO_CXXFLAGS", "CGO_CPPFLAGS", "CGO_LDFLAGS")
OF_MACHINE = {"GOARM": "arm", "GOAMD64": "amd64", "GO386": "386"}
NO_COMPILER = "whether a C compiler is found: 1 with one, or before go 1.20; 0 without"
NO_GOARM = "the version of go and who built it: 5 or 7"

Given = Mapping[str, Var]


def go_values(event: Event, machine: Platform | None) -> Iterator[tuple[str, Flags]]:
    """Name of the row, and value: only where one of go's variables is set."""
    given = {name: var for name in NAMES if (var := _variable(event, name)).text}
    if machine is None or not _compiles(event.argv[1:]) or not given:
        return
    arch = _machine(given, "GOARCH", machine.go_arch)
    if "GOOS" in given:
        yield "GOOS (effective)", of_var(given["GOOS"])
    yield "GOARCH (effective)", arch
    yield from _of_machine(given, arch, machine)
    cgo = _cgo(given, machine)
    yield "CGO_ENABLED (effective)", cgo
    for name in (*(PLAIN if cgo.text != "0" else ()), "GOFLAGS"):
        if name in given:
            yield f"{name} (effective)", of_var(given[name])


def _compiles(words: tuple[str, ...]) -> bool:
    """Whether the subcommand is one that builds; `-C dir` may stand before it."""
    rest = list(words)
    while rest and rest[0].startswith("-C"):
        rest = rest[2:] if rest[0] == "-C" else rest[1:]
    return bool(rest) and rest[0] in COMPILES


def _variable(event: Event, name: str) -> Var:
    var = event.var(name)
    if var.is_exported and var.text:
        return var
    path = _written_path(event)
    entry = event.files.get(path, FileEntry(None)) if path else FileEntry(None)
    lines = (entry.text or "").splitlines()
    found = [line.partition("=")[2] for line in lines if line.startswith(f"{name}=")]
    return Var(found[-1], True, entry.came_through) if found else Var()


def _written_path(event: Event) -> str:
    """The file of `go env -w`; "" where it is switched off."""
    text = _exported(event, "GOENV")
    if text == "off":
        return ""
    folder = _exported(event, "XDG_CONFIG_HOME") or posixpath.join(
        _exported(event, "HOME") or "/root", ".config"
    )
    return resolve(event.cwd, text) if text else posixpath.join(folder, "go/env")


def written_settings(event: Event) -> Iterator[tuple[str, FileEntry]]:
    """The file that a call of `go env -w` or `-u` changes, as it is after the call."""
    words = event.argv[1:]
    path = _written_path(event)
    if words[:1] != ("env",) or not path or words[1:2] not in (("-w",), ("-u",)):
        return
    old = event.files.get(path, FileEntry(None))
    names = [word.partition("=")[0] for word in words[2:]]
    kept = [line for line in (old.text or "").splitlines() if line.partition("=")[0] not in names]
    added = [word for word in words[2:] if "=" in word] if words[1] == "-w" else []
    text = "".join(f"{line}\n" for line in [*kept, *added])
    yield path, FileEntry(text, (*old.came_through, event.place))


def _exported(event: Event, name: str) -> str:
    var = event.var(name)
    return (var.text or "") if var.is_exported else ""


def _machine(given: Given, name: str, default: str) -> Flags:
    return of_var(given[name]) if name in given else Flags(default)


def _of_machine(given: Given, arch: Flags, machine: Platform) -> Iterator[tuple[str, Flags]]:
    """The variable that says more of the machine; another machine's counts for nothing."""
    for name, of in OF_MACHINE.items():
        if arch.text != of:
            continue
        if name in given:
            yield f"{name} (effective)", of_var(given[name])
        elif name == "GOARM":
            yield "GOARM (effective)", Flags(unknown=NO_GOARM)


def _cgo(given: Given, machine: Platform) -> Flags:
    told = given.get("CGO_ENABLED", Var())
    if told.text in ("0", "1") or (told.text and has_hole(told.text)):
        return of_var(told)
    asked = [(given.get("GOOS"), machine.os), (given.get("GOARCH"), machine.go_arch)]
    texts = [(var.text or "", host) for var, host in asked if var is not None]
    ways = tuple(way for var, _ in asked if var is not None for way in var.came_through)
    if any(same(text, host) is False for text, host in texts):
        return Flags("0", ways)
    unknown = next((text for text, host in texts if same(text, host) is None), None)
    return Flags(unknown, ways) if unknown is not None else Flags(unknown=NO_COMPILER)
