"""Libraries of another machine that a linker found by name and passed over."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from diag.causes.facts import Facts
from diag.causes.machines import Given, arch_in, arch_of_name, first_part
from diag.causes.model import Evidence
from diag.causes.once import asked_once
from diag.platforms import Platform
from diag.schema import each

SKIPPING = "skipping incompatible "
# GNU ld, gold and lld name the file after the words; mold names it before them, with its machine.
_FORMS = (
    re.compile(r"skipping incompatible file (?P<arch>\S+) \d+$"),
    re.compile(
        r"skipping incompatible (?P<file>\S+) (?:when|while) searching for (?P<library>\S+)"
    ),
    re.compile(r"skipping incompatible (?P<file>/?\S+)$"),
)
_MOLD_FILE = re.compile(r"(?:warning: )?(?P<file>\S+): skipping incompatible file ")
OF_SYSTEM = re.compile(r"^/?/?(?:usr/)?(?:local/)?lib(?:32|64)?/|/sysroot/")
# A compiler's own folder (libgcc, its crt files): nothing but its package ever puts a file there.
OF_COMPILER = re.compile(
    r"/lib(?:32|64|x32)?/gcc(?:-cross)?/[\w.+-]+/[\d.]+/(?:lib)?(?:32|64|x32)?/?lib(?:gcc|stdc\+\+|gcov|atomic)[\w+]*\.(?:a|so)"
)
LIBRARY_FILE = re.compile(r"lib(?P<name>.+?)\.(?:a|so(?:\.[\d.]+)?)$")


@dataclass(frozen=True)
class Skipped:
    """One library passed over. `arch`: its machine, "" where nothing tells; `missed`: the line that
    says that none was found at last."""

    file: str
    arch: str
    linker: str  # machine of the linker or of the compiler that called it; "" if not known
    evidence: Evidence
    missed: Evidence

    @property
    def is_of_system(self) -> bool:
        """It lies where a distribution installs libraries, and is not the compiler's own."""
        return OF_SYSTEM.search(self.file) is not None and OF_COMPILER.search(self.file) is None

    @property
    def is_of_compiler(self) -> bool:
        """It lies in a compiler's own folder."""
        return OF_COMPILER.search(self.file) is not None

    @property
    def is_of_project(self) -> bool:
        """It lies where neither a distribution nor a compiler puts its own."""
        return not (self.is_of_system or self.is_of_compiler)

    def is_other(self, target: Platform) -> bool:
        """It is known to be of another machine than the target's."""
        return (self.arch or target.elf_arch) != target.elf_arch or (
            not self.arch and self.linker == target.elf_arch
        )


@asked_once
def skipped_on(facts: Facts, platform: str) -> list[Skipped]:
    """The libraries of which the linker found none that fits after passing these over, each once."""
    found = {one.file: one for one in _skipped(facts, platform)}
    return list(found.values())


def _skipped(facts: Facts, platform: str) -> Iterator[Skipped]:
    errors = facts.on(facts.link_errors, platform)
    rows = errors[errors["kind"].isin(["library_not_found", "object_not_found"])]
    missed = {
        bare(r.object): Evidence.of_row(r, first_part(r.detail_text))
        for r in each(rows.dropna(subset=["object"]).drop_duplicates("object"))
    }
    if not missed:
        return
    lines = facts.on(facts.lines, platform)
    lines = lines[lines["text"].str.contains(SKIPPING, regex=False).astype(bool)]
    given = Given(facts, platform)
    for row in each(lines.drop_duplicates("text").head(500)):
        file, arch, library = _read(row.text)
        if file and library in missed:
            line = Evidence.of_row(row)
            linker = arch_in(row.text.partition(SKIPPING)[0].replace(file, ""))
            command = given.command_of(row)
            linker = linker or (arch_in(command.driver) if command is not None else "")
            yield Skipped(file, arch or given.machine(file), linker, line, missed[library])


def _read(text: str) -> tuple[str, str, str]:
    """(file, its machine, name of the library) of a line."""
    for form in _FORMS:
        found = form.search(text)
        if found is None:
            continue
        told = found.groupdict()
        named = _MOLD_FILE.search(text)
        file = told.get("file") or (named["file"] if named else "")
        library = LIBRARY_FILE.search(PurePath(file).name)
        name = (
            bare(told["library"]) if told.get("library") else (library["name"] if library else "")
        )
        return file, arch_of_name(told.get("arch") or ""), name
    return "", "", ""


def bare(library: str) -> str:
    """`-lX` as X."""
    return library.removeprefix("-l")
