"""How an input of a link was made, as far as the log, its path and the Dockerfile tell (where the users
of a name come from: `origins`)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from diag.causes.drivers import compiler_called, is_compile
from diag.causes.facts import Facts
from diag.causes.file_names import BROUGHT, OBJECT, source_stem, unhashed
from diag.causes.model import Evidence
from diag.schema import each

# Folders whose files come with a package or a repository and are compiled by nobody here.
_SHIPPED = re.compile(rf"(?:^|/)(?:{BROUGHT})/|/(?:external/[^/]*prebuilt[^/]*|opt|usr/local)/")
_ARCHIVES = re.compile(
    r"(?:^|[\s\"/-])(?:ar|libtool|ranlib)\"?\s|archiv|Creating|Linking \w+ static library", re.I
)
_KEPT = re.compile(r"is up to date|^ *Fresh ")
MAX_LINES = 2000  # looked at of the lines that name an archive


@dataclass(frozen=True)
class Provenance:
    """`compiled`: compiler lines of the file's own source; `archived`: lines that made the archive;
    `shipped`: why it is taken for one that came as it is; `is_verbose`: other compiles are shown."""

    compiled: tuple[Evidence, ...] = ()
    compilers: tuple[str, ...] = ()  # their programs, in step with `compiled`
    archived: tuple[Evidence, ...] = ()
    shipped: tuple[Evidence, ...] = ()
    kept: bool = False  # a line says that it was not made again: it may be of an earlier build
    is_verbose: bool = False
    by_build_script: bool = False

    @property
    def is_made_here(self) -> bool:
        """The log shows that it was made in this build."""
        return bool(self.compiled or self.archived)


def provenance_of(facts: Facts, platform: str, object: str, member: str) -> Provenance:
    """What is known of the making of an input that a link names."""
    names = [PurePath(name).name for name in (object, member) if name]
    names += [] if member else _members(facts, platform, names[0])
    sources = {stem for name in names if (stem := _stem(name))}
    text = facts.lines_with(tuple(sorted({*names, *(f"{stem}.c" for stem in sources)})))
    lines = list(each(facts.on(text, platform).head(MAX_LINES)))
    compiled = [row for row in lines if _compiles(row.text, names, sources)]
    archived = [row for row in lines if _archives(row.text, names[0])]
    return Provenance(
        compiled=tuple(Evidence.of_row(row) for row in compiled),
        compilers=tuple(compiler_called(row.text) for row in compiled),
        archived=tuple(Evidence.of_row(row) for row in archived),
        shipped=tuple(_shipped(facts, object, names[0])),
        kept=any(_KEPT.search(row.text) and names[0] in row.text for row in lines),
        is_verbose=_is_verbose(facts, platform, set(names)),
        by_build_script=bool(re.search(r"/build/[^/]+-[0-9a-f]{16}/out/", object)),
    )


def _members(facts: Facts, platform: str, archive: str) -> list[str]:
    """The first members of an archive: by the objects given, else by the line that made it."""
    if not archive.endswith((".a", ".rlib", ".lib")):
        return []
    own = facts.objects[facts.objects["member"] != ""]
    found = [r.member for r in each(own) if PurePath(r.file).name == archive]
    if not found:
        rows = facts.on(facts.lines_with((archive,)), platform).head(MAX_LINES)
        made = [row.text for row in each(rows) if _archives(row.text, archive)]
        found = [PurePath(w).name for text in made for w in text.split() if w.endswith(".o")]
    return list(dict.fromkeys(found))[:5]


def _stem(name: str) -> str:
    """The source's name of an object, as of `0a1b2c3d-blend.c.o`; "" of any other file."""
    return source_stem(unhashed(name)) if OBJECT.search(name) else ""


def _compiles(text: str, names: list[str], sources: set[str]) -> bool:
    if not is_compile(text):
        return False
    words = {PurePath(word.strip("\"'")).name for word in text.split()}
    return any(
        name in words for name in (*names, *(f"{s}{e}" for s in sources for e in _ENDS))
    )  # fmt: skip


_ENDS = (".c", ".cc", ".cpp", ".cxx", ".S", ".s", ".asm")


def _archives(text: str, name: str) -> bool:
    return name.endswith((".a", ".rlib")) and name in text and bool(_ARCHIVES.search(text[:4096]))


def _shipped(facts: Facts, object: str, name: str) -> Iterator[Evidence]:
    """That it came as it is: by its folder, or by a COPY or ADD that names it."""
    for row in each(facts.instructions):
        if row.instruction in ("COPY", "ADD") and name in row.value_text:
            yield Evidence.of_row(row, f"{row.instruction} {row.value_text}")
    folder = _SHIPPED.search(object)
    if folder is not None:
        rows = facts.link_errors[facts.link_errors["object"] == object].head(1)
        for row in each(rows):
            text = f"it lies in {folder[0].strip('/')}/, where nothing is compiled"
            yield Evidence(row.file, int(row.line_no), text)


def _is_verbose(facts: Facts, platform: str, but: set[str]) -> bool:
    """Whether the log shows how another input of the link was compiled."""
    others = []
    for command in each(facts.on(facts.link_commands, platform).tail(3)):
        names = [PurePath(name).name for kind, name in command.inputs if kind == "object"]
        others += [name for name in names if name not in but and _stem(name)][:5]
    if not others:
        return False
    sources = {_stem(name) for name in others}
    asked = {*others, *(f"{stem}{end}" for stem in sources for end in _ENDS)}  # -c a.c makes a.o
    rows = facts.on(facts.lines_with(tuple(sorted(asked))), platform).head(MAX_LINES)
    return any(_compiles(row.text, others, sources) for row in each(rows))
