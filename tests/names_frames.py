"""Frames of a link that misses names, and what the causes of names say of it."""

from __future__ import annotations

from typing import Any

from diag.causes import CATALOGUE
from diag.causes.model import Finding
from diag.read.names import demangle
from tests.facts_builder import make_facts

MAIN = {"file": "main.o"}
LIB = {"file": "libring.a", "member": "ring.o"}
COMMAND = {
    "line_no": 3, "driver": "g++", "output": "app",
    "inputs": [["object", "main.o"], ["archive", "libring.a"]],
    "words": ["-o", "app", "main.o", "libring.a"],
}  # fmt: skip


def wanted(name: str, line_no: int = 9, **more: Any) -> dict[str, Any]:
    """The linker's message about a name, as it prints it."""
    text = f"undefined reference to `{name}'"
    shown = name if "(" in name or "::" in name or " " in name else demangle(name)
    spelled = {"demangled": shown} if shown != name or "(" in name or "::" in name else {}
    return {
        "symbol": name,
        "line_no": line_no,
        "object": "main.o",
        "detail_text": text,
        **spelled,
        **more,
    }


def near(name: str, defined: str, **more: Any) -> dict[str, Any]:
    """A definition that resembles a wanted name."""
    return {
        **LIB, "wanted": name, "name": defined, "wanted_text": demangle(name),
        "text": demangle(defined), **more,
    }  # fmt: skip


def judge(
    cause: str, *names: str, near_by: list[dict[str, Any]] | None = None, **frames: Any
) -> list[Finding]:
    """The findings of one cause where a link of two inputs misses these names."""
    given = {
        "objects": [MAIN, LIB], "link_commands": [COMMAND],
        "link_errors": [wanted(name, 9 + n) for n, name in enumerate(names)],
        "near": near_by or [], **frames,
    }  # fmt: skip
    return list(CATALOGUE[cause].judge(make_facts(**given)))


def status(cause: str, *names: str, **frames: Any) -> str:
    """The status of the only finding, or "silent"."""
    found = judge(cause, *names, **frames)
    assert len(found) <= 1
    return found[0].status if found else "silent"


LINKAGE, SIGNATURE = "language-linkage-mismatch", "signature-mismatch"
FORTRAN, RUST = "fortran-name-mismatch", "rust-symbol-mangled"
NATIVE, TEMPLATE = "native-library-not-declared", "template-not-instantiated"
MEMBER, INLINE = "static-member-not-defined", "inline-not-emitted"
VTABLE, RTTI = "vtable-key-function-missing", "rtti-disabled"


def member(name: str, **more: Any) -> dict[str, Any]:
    """A symbol that the library defines."""
    return {**LIB, "name": name, "index": 1, "is_defined": True, **more}


RCGU = {"object": "player.player.6d83d7cb-cgu.0.rcgu.o"}
CGO = {"object": "/tmp/go-link-1/000001.o", "function": "_cgo_501841aff912_Cfunc_codec_init"}


def line(text: str, line_no: int = 11) -> dict[str, Any]:
    """A line of the log after the linker's message."""
    return {"line_no": line_no, "kind": "output", "text": text}
