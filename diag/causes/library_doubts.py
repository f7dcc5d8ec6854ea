"""What a link command without a well-known library leaves open: whose the missing names are. They may
be the project's own: this build compiles something that is named like them, makes what the link was
not given, or defines one for itself or misspelt."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import PurePath

from diag.causes.alike import is_near, letters
from diag.causes.facts import Facts
from diag.causes.file_names import stem_of
from diag.causes.libc_seen import dockerfile_of_libc, libc_of
from diag.causes.link_inputs import inputs_of, link_command
from diag.causes.made_here import Compile, made_on
from diag.causes.model import Missing
from diag.causes.named import Named, wanted_on
from diag.causes.on_line import library_name
from diag.knowledge.names import (
    Library,
    is_common,
    is_known_name,
    is_ordinary,
    library_of,
    prefix_of,
)
from diag.schema import each

BESIDE_MUSL = ("execinfo", "argp", "fts", "obstack", "intl", "iconv", "tirpc")  # in glibc's libc
_IN_GCC_8 = re.compile(r"/c\+\+/8(?:\.[\d.]+)?/")  # the folder of its headers
_COMPILER = Missing(
    "the compiler's version",
    "GCC 8 keeps std::filesystem in a library of its own, later ones have it in libstdc++",
    ("g++ --version",),
)
ALIKE = 0.9  # of difflib: one slip in ten letters
MIN_PART = 3  # letters of a name's first part that tell
MAX_NAMES = 50_000
MAX_OTHERS = 100  # wanted names beside it that are looked at
_ORDINARY = "the name is an ordinary word, and the program may have meant a function of its own"
_BEGINS_SO = (
    "the names begin like those of lib{}, and none is a call that is known to be its: the program may "
    "have meant functions of its own"
)


def still_open(facts: Facts, library: Library, names: Sequence[Named]) -> Missing | None:
    """What a link command without the library leaves open; None: nothing."""
    known = [named for named in names if any(map(is_known_name, named.raw))]
    if not known:
        return _who_defines(names[0], _BEGINS_SO.format(library.files[0]))
    is_word = not library.is_telling and all(map(is_ordinary, names[0].raw))
    are_common = all(any(map(is_common, named.raw)) for named in known)
    if are_common or (is_word and len(names) == 1):
        return _who_defines(names[0])
    if _is_built_here(facts, names):
        return _who_defines(
            names[0], "the inputs define others that begin so: is it built from its sources?"
        )
    if (own := _may_be_own(facts, library, names)) is not None:
        return own
    if library.key in BESIDE_MUSL and not libc_of(facts, names[0].symbol.platform).libc:
        return dockerfile_of_libc()
    told = " ".join(f"{ref.source} {ref.detail}" for named in names for ref in named.references)
    if library.key != "stdc++fs" or all(map(_is_experimental, names)) or _IN_GCC_8.search(told):
        return None
    return _COMPILER


def _is_experimental(named: Named) -> bool:
    """Of the technical specification, which every GCC keeps in the library of its own."""
    return any("experimental" in raw for raw in named.raw)


def _is_built_here(facts: Facts, names: Sequence[Named]) -> bool:
    """All go by their prefix alone, and inputs define at least as many names with it: a vendored
    copy lacks a part, or the project names its own functions so."""
    prefixes = [next(filter(None, map(prefix_of, named.raw)), "") for named in names]
    if not all(prefixes):
        return False
    rows = facts.symbols[facts.symbols["is_defined"] & (facts.symbols["bind"] == "GLOBAL")]
    rows = rows[rows["name"].str.startswith(tuple(set(prefixes))).astype(bool)]
    linked = facts.objects["kind"].isin(["executable", "shared"])
    rows = rows[~rows["file"].isin(set(facts.objects.loc[linked, "file"]))]
    own = facts.of_platform(rows, names[0].symbol.platform)
    return own["name"].nunique() >= len(names)


def _who_defines(named: Named, why: str = _ORDINARY) -> Missing:
    return Missing(
        f"whose {named.symbol.name} is meant",
        why,
        (f"grep -rnw {named.symbol.name} --include='*.h' --include='*.c' .",),
    )


# -- whether the project may define one itself ----------------------------------------------------


def _may_be_own(facts: Facts, library: Library, names: Sequence[Named]) -> Missing | None:
    """What shows that the project may define one of the names itself, and would decide; or None."""
    for named in names:
        for what, why in _signs(facts, library, named):
            name = named.symbol.name
            how = (f"nm {what}", f"grep -rnw {name} --include='*.h' --include='*.c' .")
            return Missing(f"whose {name} is meant, and {what}", why, how)
    return None


def _signs(facts: Facts, library: Library, named: Named) -> Iterator[tuple[str, str]]:
    """(a file of this build, why it may be meant to give the name), the strongest first."""
    seen = facts.seen(named.symbol, "defined")
    for row in each(seen[~seen["is_output"].astype(bool)] if len(seen) else seen):
        if library_name(PurePath(row.file).name) not in library.files:
            yield row.member or row.file, "it defines the name for itself alone"
    for file, name in _misspelt(facts, named):
        yield file, f"it defines {name}, which is the wanted name but for a slip"
    users = {stem_of(name) for ref in named.references for name in (ref.name, ref.source) if name}
    compiles = [c for c in _compiles(facts, named) if stem_of(c.source) not in users]
    for compile in compiles:
        stem = stem_of(compile.source)
        if _is_named_like(stem, named.symbol.name) or stem.removeprefix("lib") in library.files:
            yield compile.output, f"{compile.source} is compiled here, and is named like the symbol"
    for compile in _left_out(facts, named, compiles):
        if not _is_for_another(facts, named, compile):
            yield (
                compile.output,
                "it is compiled here, no link was given it, and it may define the name",
            )


def _compiles(facts: Facts, named: Named) -> tuple[Compile, ...]:
    return made_on(facts, named.symbol.platform).compiles


def _is_named_like(stem: str, name: str) -> bool:
    """The source is named for the symbol, or for the first part of it: `sha256.c` and `SHA256_Init`,
    `linenoise_readline.c` and `readline`."""
    words = _words(stem)
    whole = re.sub(r"[^a-z]", "", name.lower())
    first = next(iter(_words(name)), "")
    own = re.sub(r"[^a-z]", "", stem.lower())
    if len(first) >= MIN_PART and first in words:
        return True
    return len(whole) > MIN_PART and whole in own


def _words(name: str) -> list[str]:
    """Its parts in small letters, without figures."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name)
    return [part for part in re.split(r"[^a-z]+", spaced.lower()) if part]


def _left_out(facts: Facts, named: Named, compiles: Sequence[Compile]) -> Iterator[Compile]:
    """Those whose object no link of the platform was given, straight or in an archive, and nobody
    gave to read: one that was read and defined the name would be known."""
    platform = named.symbol.platform
    if link_command(facts, named.symbol) is None:
        return
    own = facts.of_platform(facts.objects, platform)
    read = {PurePath(name).name for column in ("file", "member") for name in own[column] if name}
    commands = each(facts.on(facts.link_commands, platform))
    given = frozenset(name for command in commands for name in inputs_of(command))
    held = made_on(facts, platform).outputs_in(given)
    yield from (one for one in compiles if one.output not in read and one.output not in held)


def _is_for_another(facts: Facts, named: Named, compile: Compile) -> bool:
    """What was left out is named like a name of the project's own that the link misses as well."""
    wanted = wanted_on(facts, named.symbol.platform)[:MAX_OTHERS]
    others = (other.symbol.name for other in wanted)
    stem = stem_of(compile.source)
    return any(library_of(name) is None and _is_named_like(stem, name) for name in others)


def _misspelt(facts: Facts, named: Named) -> Iterator[tuple[str, str]]:
    """Global definitions of plain objects, as (file, name), that differ by a slip. What wants the
    name itself may well offer one beside it."""
    platform, wanted = named.symbol.platform, named.symbol.name
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    rows = facts.of_platform(rows[rows["bind"] == "GLOBAL"], platform)
    objects = facts.objects[facts.objects["kind"] == "relocatable"]
    rows = rows[rows["file"].isin(set(objects["file"]))]
    wanting = set(facts.seen(named.symbol, "wanted")["file"])
    for row in each(rows[~rows["file"].isin(wanting)].head(MAX_NAMES)):
        if _is_slip(wanted, row.name):
            yield row.member or row.file, row.name


def _is_slip(wanted: str, name: str) -> bool:
    one, other = letters(wanted), letters(name)
    if name == wanted or len(one) <= MIN_PART:
        return False
    if one == other:
        return True
    is_long = min(len(one), len(other)) >= 2 * MIN_PART
    return is_long and is_near(one, other, ALIKE, 1)
