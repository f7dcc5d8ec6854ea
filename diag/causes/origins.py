"""Where the users of a name come from: compiled in this log, archived in it, or brought along
ready-made (how one input of a link was made: `provenance`)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import PurePath

from diag.causes.drivers import first_compiler, shows_compile
from diag.causes.facts import Facts, Symbol, clip, objects_missing
from diag.causes.file_names import BROUGHT, SOURCE, unhashed
from diag.causes.model import Evidence, Missing
from diag.causes.named import Named, Reference, wanted_on, wanting_objects
from diag.causes.once import asked_once
from diag.schema import each

MAX_NAMES = 200  # wanted names whose objects are looked at
MAX_LOOKED_UP = 40  # object names that the log is searched for
MAX_COMPILE = 400  # characters of a compile line shown
_SOURCE_ENDS = (".c", ".s", ".S", ".f", ".F", ".m", ".asm")
# Built by this build, wherever the log shows nothing of it: the folders of cargo, cmake and go.
_BUILT = re.compile(
    r"/build/[\w.-]+-[0-9a-f]{16}/out/|/CMakeFiles/|\bgo-link-\d+/|\$WORK/b\d+/|\.rcgu\.o$|^/tmp/cc\w+\.o$"
)
_HOST_FOLDER = re.compile(
    r"^(?:/usr/include(?:/[\w.-]+-linux-gnu\w*)?|/usr/local/include|/usr/[\w.-]+-linux-gnu\w*/include)/?$"
)
_TOOLCHAIN = re.compile(
    r"(?:^|/)lib(?:gcc|gcc_eh|gcc_s|stdc\+\+|stdc\+\+fs|supc\+\+|atomic|gomp|gcov|ssp_nonshared|c_nonshared|clang_rt[\w.-]*)\.(?:a|so[\d.]*)$"
)
# Folders of what others made: systems, package caches, what projects call their vendored parts.
_BROUGHT = re.compile(
    rf"^/(?:usr|opt|lib|lib64)/|(?:^|/)(?:{BROUGHT}|prebuilt-libs|_libs|deps/lib|dist)/"
)
_INCLUDES = ("-I", "-isystem", "-idirafter", "-iquote", "-include")
_COMPILER_OF = re.compile(
    r"(?:Debian|Ubuntu|Red Hat|SUSE|Alpine|Homebrew|crosstool-NG|Buildroot|GNU Toolchain)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Origin:
    """`state`: here (compiled in this log), built (in a build's own folder, its compile not shown),
    vendored (an archive or shared object of which nothing is shown), object (one of which nothing
    is shown), unnamed (the log names no object), toolchain (a compiler's own runtime). `compile`: its compile in the log."""

    state: str
    compile: Evidence | None = None
    host_include: str = ""
    driver: str = ""


def origin_of(facts: Facts, named: Named) -> Origin:
    """Where the objects that want the name come from; `here` before the others."""
    refs = named.references or _from_objects(facts, named)
    origins = [_origin(facts, named.symbol.platform, ref) for ref in refs]
    order = ("here", "built", "object", "vendored", "toolchain", "unnamed")
    return min(origins, key=lambda one: order.index(one.state), default=Origin("unnamed"))


def _from_objects(facts: Facts, named: Named) -> tuple[Reference, ...]:
    return tuple(
        Reference(row.file, row.member, "", "", "", "", Evidence(row.file, None, row.member))
        for row in wanting_objects(facts, named)[:4]
    )


def _origin(facts: Facts, platform: str, ref: Reference) -> Origin:
    key = ("origin", platform, ref.object, ref.member, ref.source)
    if key not in facts.known:
        facts.known[key] = _look_up(facts, platform, ref)
    return facts.known[key]  # type: ignore[no-any-return]


def _look_up(facts: Facts, platform: str, ref: Reference) -> Origin:
    if not ref.object and not ref.source.endswith((".c", ".cc", ".cpp", ".cxx")):
        return Origin("unnamed")
    if is_of_toolchain(ref.object):
        return Origin("toolchain")
    compiled = _compile_of(facts, platform, ref)
    if compiled is not None:
        words = compiled.text.replace('"', " ").replace("'", " ").split()
        return Origin("here", compiled, _host_include(words), first_compiler(words))
    archived = _archived(facts, platform, ref.object)
    if archived is not None:
        return Origin("built", archived)
    is_rust = ref.member.endswith(".rcgu.o")
    if is_rust or _BUILT.search(ref.object) or PurePath(ref.object).suffix == ".rlib":
        return Origin("built")
    return Origin("vendored" if ref.is_library else "object")


def is_of_toolchain(file: str) -> bool:
    """A library that a compiler brings: libgcc, libstdc++ and their kin."""
    return bool(_TOOLCHAIN.search(file))


def stem_of(ref: Reference) -> str:
    """What the source is called, as far as the object's name tells: blur of 0123abcd-blur.c.o."""
    name = ref.name or PurePath(ref.source).name
    return SOURCE.sub("", PurePath(unhashed(name)).stem)


def _compile_of(facts: Facts, platform: str, ref: Reference) -> Evidence | None:
    """The line of the log that compiles the object."""
    stem = stem_of(ref)
    rows = _lines_of_sources(facts, platform).get(stem, ())
    pattern = rf"(?:^|[\s/\"'=]){re.escape(stem)}\.(?:c|cc|cpp|cxx|c\+\+|s|S|f|f90|F90|m|mm|asm)\b"
    is_own = re.compile(pattern)
    return next((row for row in rows if is_own.search(row.text)), None)


@asked_once
def _lines_of_sources(facts: Facts, platform: str) -> dict[str, list[Evidence]]:
    """Stem -> compile lines that name a source so called; of the first names that links want. The
    log is read once for all of them."""
    stems = _stems(facts, platform)
    literals = [f"{stem}{end}" for stem in stems for end in _SOURCE_ENDS]
    rows = (
        facts.on(facts.lines_with(literals), platform)
        if literals and facts.has_log
        else facts.lines[:0]
    )
    found: dict[str, list[Evidence]] = {}
    for row in each(rows[rows["kind"] != "linker"]):
        if shows_compile(row.text):
            for stem in (stem for stem in stems if f"{stem}." in row.text):
                told = Evidence(row.file, int(row.line_no), clip(row.text, MAX_COMPILE))
                found.setdefault(stem, []).append(told)
    return found


def _stems(facts: Facts, platform: str) -> list[str]:
    refs = (
        ref
        for named in wanted_on(facts, platform)[:MAX_NAMES]
        for ref in (named.references or _from_objects(facts, named))
    )
    stems = dict.fromkeys(stem for ref in refs if (stem := stem_of(ref)))
    return list(stems)[:MAX_LOOKED_UP]


def _archived(facts: Facts, platform: str, file: str) -> Evidence | None:
    """The line of the log that makes the archive."""
    name = PurePath(file).name
    if not name.endswith(".a"):
        return None
    rows = facts.on(facts.lines, platform)
    rows = rows[rows["kind"] == "archiver"]
    for row in each(rows[rows["text"].str.contains(name, regex=False).astype(bool)].head(1)):
        return Evidence.of_row(row)
    return None


def _host_include(words: list[str]) -> str:
    """A folder of another system's headers among the include folders."""
    for place, word in enumerate(words):
        for switch in _INCLUDES:
            if not word.startswith(switch):
                continue
            folder = word[len(switch) :].lstrip("=") or (
                words[place + 1] if place + 1 < len(words) else ""
            )
            if _HOST_FOLDER.match(folder):
                return f"{switch}{folder}" if word != switch else f"{switch} {folder}"
    return ""


def compilers_of(facts: Facts, names: Iterable[Named]) -> list[Evidence]:
    """What the members that want the names say of their compiler (.comment), once for each."""
    found: dict[str, Evidence] = {}
    for named in list(names)[:4]:
        for row in wanting_objects(facts, named)[:4]:
            if row.compiler:
                text = f"{row.member or 'the file itself'} was compiled by {row.compiler}"
                found.setdefault(row.compiler, Evidence(row.file, None, clip(text)))
    return list(found.values())[:3]


def foreign_maker(facts: Facts, named: Named, distro: str) -> Evidence | None:
    """A member that another distribution's compiler made: it cannot have been made in this image."""
    if not distro:
        return None
    for row in wanting_objects(facts, named)[:4]:
        maker = _COMPILER_OF.search(row.compiler or "")
        if maker and maker[0].lower() != distro.lower():
            text = f"{row.member or 'the file itself'} was compiled by {row.compiler}"
            return Evidence(row.file, None, clip(text))
    return None


def is_brought_along(facts: Facts, platform: str, names: Sequence[Named]) -> bool:
    """Whether that nothing in the log compiles the objects means something: their archives lie where
    others' files lie, or the log does show how objects of the same link were compiled."""
    files = [ref.object for named in names[:MAX_NAMES] for ref in named.references]
    if files and all(_BROUGHT.search(file) for file in files):
        return True
    plain = [
        PurePath(name).name
        for command in each(facts.on(facts.link_commands, platform).tail(1))
        for kind, name in command.inputs
        if kind == "object"
    ][:MAX_LOOKED_UP]
    stems = [SOURCE.sub("", PurePath(name).stem) for name in plain]
    literals = [f"{stem}{end}" for stem in stems if stem for end in _SOURCE_ENDS]
    rows = facts.on(facts.lines_with(literals), platform) if literals else facts.lines[:0]
    return any(shows_compile(row.text) for row in each(rows[rows["kind"] != "linker"]))


def by_origin_of(facts: Facts, names: Sequence[Named]) -> dict[str, list[Named]]:
    """The names by where their objects come from."""
    found: dict[str, list[Named]] = {}
    for named in names:
        found.setdefault(origin_of(facts, named).state, []).append(named)
    return found


def origin_missing(symbol: Symbol) -> Missing:
    """The artefact: what tells where the object comes from."""
    return Missing(
        "a verbose log of the compile, or the objects",
        "whether the object that wants it was compiled in this build, and by which compiler, is told there",
        (
            "put -vv on cargo, V=1 or VERBOSE=1 on make, -x on go, and keep the log",
            "readelf -p .comment OBJECT  # who compiled it",
            *objects_missing(symbol.platform).how[:1],
        ),
    )
