"""What is linked for each kind of message: a name, the arguments, the flavours that have it.

The part of a name before its first dash is the kind that the rows have; `ok` links succeed.
"""

from __future__ import annotations

from dataclasses import dataclass

from toolbox import Linker

ELF = "elf"
UNIX = ("elf", "avr", "h8300")


@dataclass(frozen=True)
class Case:
    name: str
    arguments: str
    flavours: tuple[str, ...] = (ELF,)

    @property
    def kind(self) -> str:
        return self.name.partition("-")[0]

    def fits(self, linker: Linker) -> bool:
        return any(
            linker.flavour == one or linker.flavour.startswith(f"{one}-") for one in self.flavours
        )


ANY = (*UNIX, "coff", "macho", "wasm")
CASES = (
    Case("undefined-calls", "calls.o", ANY),
    Case("undefined-debug", "debugged.o", ("elf", "coff", "macho", "wasm")),
    Case("undefined-archive", "{whole}", ANY),
    Case("undefined-one", "one.o", ANY),
    Case("undefined-many", "crowd.o", ("elf", "coff", "macho", "wasm")),
    Case("undefined-cxx", "cxx.o", ("elf-x86_64", "elf-aarch64", "coff", "macho", "wasm")),
    Case("undefined-dso", "both.o libouter.so -rpath-link .", ("elf-x86_64",)),
    Case("undefined-shared", "--no-allow-shlib-undefined fine.o libneedy.so", ("elf-x86_64",)),
    Case("duplicate-two", "first.o second.o", ANY),
    Case("duplicate-three", "first.o second.o third.o", ("elf", "coff", "macho", "wasm")),
    Case("duplicate-archive", "second.o {whole_twin}", ("elf", "coff", "macho", "wasm")),
    Case("wrong_arch-object", "fine.o foreign.o", ANY),
    Case("relocation-shared", "-shared nopic.o", ("elf-x86_64", "elf-aarch64", "elf-riscv64")),
    Case("overflow-data", "narrow.o", ("elf-x86_64", "elf-aarch64", "elf-arm", "elf-s390x", "elf-ppc64le")),
    Case("library_not_found-l", "fine.o -lnosuch", UNIX),
    Case("library_not_found-two", "fine.o -lnosuch -lnorthis", ("elf",)),
    Case("library_not_found-lib", "fine.o nosuch.lib", ("coff",)),
    Case("library_not_found-mac", "fine.o -lnosuch", ("macho",)),
    Case("library_not_found-wasm", "fine.o -lnosuch", ("wasm",)),
    Case("object_not_found-o", "fine.o nosuch.o", ANY),
    Case("version-node", "-shared versioned.o", ("elf",)),
    Case("script-map", "-shared first.o --version-script=bad.map", ("elf-x86_64",)),
    Case("script-absent", "-shared first.o --version-script=absent.map", ("elf-x86_64",)),
    Case("hidden-symbol", "hider.o", ("elf",)),
    Case("discarded-comdat", "keeper.o loser.o", ("elf",)),
    Case("tls-mismatch", "tls_use.o tls_def.o", ("elf",)),
    Case("lto-version", "stale.o", ("elf-x86_64",)),
    Case("lto-bitcode", "fine.o newer.bc", ("elf-x86_64",)),
    Case("format-cut", "fine.o cut.o", ANY),
    Case("script-garbage", "fine.o garbage.o", ANY),
    Case("script-syntax", "-T broken.ld fine.o", UNIX),
    Case("script-region", "-T small.ld fine.o --build-id=none --no-eh-frame-hdr --no-dynamic-linker -static", ("elf",)),
    Case("script-undefined", "-T wanting.ld fine.o", UNIX),
    Case("other-option", "fine.o --nosuchoption", ANY),
    Case("ok-stack", "stacked.o", ("elf-x86_64",)),
    Case("ok-skip", "second.o -Llib32 -L. -ltwin --allow-multiple-definition", ("elf-x86_64",)),
    Case("ok-unresolved", "calls.o --warn-unresolved-symbols", ("elf-x86_64",)),
)  # fmt: skip

# The cases that are linked in other languages too.
TRANSLATED = [
    "undefined-calls", "undefined-debug", "undefined-archive", "undefined-dso", "duplicate-two",
    "duplicate-archive", "wrong_arch-object", "relocation-shared", "overflow-data",
    "library_not_found-l", "object_not_found-o", "version-node", "script-absent", "hidden-symbol",
    "discarded-comdat", "tls-mismatch", "lto-version", "format-cut", "script-syntax",
    "script-region", "script-undefined", "other-option", "ok-stack", "ok-skip", "ok-unresolved",
]  # fmt: skip


def arguments(case: Case, linker: Linker) -> list[str]:
    """The words after the linker's name, without those that every link has."""
    whole = "--whole-archive {} --no-whole-archive"
    if linker.flavour == "coff":
        whole = "/wholearchive:{}"
    if linker.flavour == "macho":
        whole = "-force_load {}"
    text = case.arguments.format(
        whole=whole.format("libcalls.a"), whole_twin=whole.format("libtwin.a")
    )
    if linker.flavour == "coff":
        text = text.replace("--nosuchoption", "/nosuchoption:1")
    words = text.split()
    if linker.family == "gold":
        words = [word for word in words if word != "--no-dynamic-linker"]  # knows it not
    return words
