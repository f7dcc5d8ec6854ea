"""What refuses to start a program: the loaders of musl, glibc and macOS, qemu, shells, the kernel.

Sources: musl ldso/dynlink.c; glibc elf/dl-load.c, dl-lookup.c, dl-version.c, rtld.c; qemu
linux-user/elfload.c; dyld; dash, bash, busybox, runc and Python as they print ENOEXEC. musl goes
on to the last relocation, so its numbers are those of relocations; glibc and dyld stop at the
first symbol, so theirs are lower bounds.

A missing library is the row's object, as a missing `-lname` is of a linker's; who needs it stands
in detail_text. A missing version is the row's symbol: versions are symbols of the file that
defines them. What a program died of after it was loaded (an illegal instruction, a signal) is no
error of loading, and is not read here; nor is a probe of configure.
"""

from __future__ import annotations

import re

from diag.read.linkers.grammar import Grammar, first_match, group
from diag.read.linkers.ledger import Ledger, LinkError
from diag.read.linkers.loaders_rules import LINKERS, LIST, RULES
from diag.read.linkers.places import NOWHERE, Place, split_object

_DETAIL = re.compile(r"(?:Referenced from|Expected in|Reason): +(?P<text>.+)", re.DOTALL)
_REFERRER = re.compile(r"Referenced from: +(?:<[0-9A-Fa-f-]+> +)?(?P<object>.+)", re.DOTALL)
_OTHER_ARCH = re.compile(r"incompatible architecture|wrong architecture|no matching architecture")
_PROBE = re.compile(r"(?:.*/)?(?:conftest|cmTC_\w+|testfile)(?:\.exe)?")
_MAX_DETAILS = 4


class Loaders(Grammar):
    """The grammar of loaders, of emulators as far as they load, and of `exec`."""

    literals = LIST

    def __init__(self, ledger: Ledger) -> None:
        super().__init__(ledger)
        self._open: LinkError | None = None
        self._n_details = 0

    @property
    def goes_on(self) -> bool:
        """dyld tells who refers and why on lines of their own."""
        return self._open is not None

    @property
    def is_open(self) -> bool:
        """Whether dyld's next lines are awaited."""
        return self._open is not None

    def end_record(self) -> None:
        """A line of something else follows."""
        self._open = None

    def feed(self, line_no: int, text: str) -> bool:
        """Whether the line is a loader's."""
        if self._open is not None and _DETAIL.fullmatch(text):
            return self._detail(self._open, text)
        matched = first_match(RULES, text)
        if matched is None:
            return False
        rule, found = matched
        program = group(found, "program")
        if rule.kind == "note" or (program and _PROBE.fullmatch(program)):
            return True
        kind, linker = LINKERS[rule.kind]
        kind = _by_reason(kind, group(found, "reason"))
        name = group(found, "object") or program
        place = Place(*split_object(name)) if name else NOWHERE
        error = self.ledger.add(linker, kind, line_no, text, group(found, "symbol"), place)
        error.is_lower_bound |= kind == "undefined" and linker != "ld-musl"
        if linker == "dyld":
            self._open, self._n_details = error, 0
        return True

    def _detail(self, error: LinkError, text: str) -> bool:
        error.add_detail(text)
        self._n_details += 1
        referrer = _REFERRER.fullmatch(text)
        if referrer is not None and error.kind == "undefined" and error.place.object is None:
            error.place = Place(referrer["object"])
        if error.kind == "library_not_found" and _OTHER_ARCH.search(text):
            error.kind = "wrong_arch"
        if self._n_details >= _MAX_DETAILS:
            self._open = None
        return True


# strerror() texts and glibc's own reasons, each in the words that decide.
_REASONS = (
    (re.compile(r"No such file or directory|image not found"), "library_not_found"),
    (re.compile(r"Exec format error|wrong ELF class|incompatible architecture"), "wrong_arch"),
    (
        re.compile(r"file too short|invalid ELF header|ELF file|object file has no|only ET_"),
        "format",
    ),
    (re.compile(r"static TLS block|TLS"), "tls"),
    (re.compile(r"unexpected (?:PLT )?reloc|cannot make segment writable"), "relocation"),
)


def _by_reason(kind: str, reason: str | None) -> str:
    """What is wrong with a library that could not be loaded, by the reason given."""
    if kind != "load":
        return kind
    return next((told for words, told in _REASONS if words.search(reason or "")), "other")
