"""Family E: link-time bytecode that the archiver or the linker cannot read, or whose names get lost."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath

import pandas as pd

from diag.causes.drivers import is_gcc
from diag.causes.facts import Facts, log_missing, objects_missing
from diag.causes.link_asks import NO_ENTRY
from diag.causes.link_inputs import flags_of
from diag.causes.link_said import (
    about,
    errors_with,
    lines_with,
    nowhere_defined,
    read_lines,
    said,
    wanted_in_links_of,
)
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.once import asked_once
from diag.causes.rust_evidence import VERSIONED, names_of_c_parts
from diag.causes.searched import having
from diag.causes.wants import Answer, Want, each_want, linkers_of, wants_of
from diag.schema import each, keep

FAMILY = "lto"
VERSION = "lto-version-mismatch"
ARCHIVER = "ar-without-lto-plugin"
FOREIGN = "lto-foreign-bytecode"
DROPS = "lto-drops-symbol"
NO_PLUGIN = "lto-plugin-not-loaded"
_NEEDED = "plugin needed to handle lto object"
_BY_ARCHIVER = re.compile(
    rf"(?:^|[/\s])(?:[\w.+-]+-)?(?:ar|ranlib)(?:-[\d.]+)?(?:\.exe)?: .*{_NEEDED}"
)
_BY_LINKER = re.compile(
    rf"^(?!(?:.*[/\s])?(?:[\w.+-]+-)?(?:ar|ranlib|nm|strip|objcopy)(?:-[\d.]+)?: ).*{_NEEDED}"
)
_MOLD_NO_PLUGIN = re.compile(r"LTO object file because no -plugin option was given")
_VERSIONS = re.compile(
    r"generated with LTO version .* instead of the expected|Invalid summary version|\(Producer: .*Reader: "
    r"|Opaque pointers are only supported|Unknown attribute kind"
)
_LLVM_READER = re.compile(r"Reader: '?(?:LLVM|APPLE)|Opaque pointers are|Invalid summary version")
_UNCLAIMED = re.compile(r"plugin failed to claim member|not claimed by the LTO plugin")
_UNKNOWN_FORMAT = re.compile(
    r"file format not recognized|not an object or archive|unknown file type"
)
_LTRANS = re.compile(r"\.ltrans\d*\.|\.lto\.o$|lto\.tmp|\.lto_priv\.")
# GCC keeps the body of each function in a section of its own: .gnu.lto_NAME.ORDER.HASH. Source:
# GCC lto-section-out and lto_get_section_name.
_BODY = re.compile(r"\.gnu\.lto_(?P<name>[^.][^\s]*?)(?:\.\d+)?\.[0-9a-f]{6,16}$")
_LLD = frozenset(["lld", "rust-lld", "ld.lld"])
_CFLAGS = Missing(
    "the flags of the crates' C compiler",
    "-flto there makes GCC's bytecode of their C parts, and lld reads none of it",
    ('echo "$CFLAGS"', "cargo build -vv 2>&1 | grep -e -flto"),
)


@asked_once
def _bodies(facts: Facts) -> dict[str, list[tuple[str, str]]]:
    """Function -> (file, member) whose GCC bytecode holds its body."""
    found: dict[str, list[tuple[str, str]]] = {}
    if facts.objects["is_lto"].astype(bool).any():
        rows = facts.details[facts.details["kind"] == "section"]
        for row in each(rows[rows["name"].str.startswith(".gnu.lto_").astype(bool)]):
            body = _BODY.match(row.name)
            if body is not None:
                found.setdefault(body["name"], []).append((row.file, row.member))
    return found


def _holders(facts: Facts, want: Want) -> list[tuple[str, str]]:
    """Where on the platform GCC bytecode holds the function."""
    platform = want.symbol.platform
    own = _bodies(facts).get(want.symbol.name, ())
    return [one for one in own if facts.platform_of_file.get(one[0], "") in ("", platform)]


def _held(holders: list[tuple[str, str]], name: str) -> list[Evidence]:
    return [
        Evidence(
            file, None, f"{member or 'the file itself'} holds {name} as GCC bytecode and no code"
        )
        for file, member in holders[:3]
    ]


def _bytecode(facts: Facts, platform: str, formats: tuple[str, ...]) -> pd.DataFrame:
    own = facts.of_platform(facts.objects, platform)
    return own[own["is_lto"].astype(bool) & own["format"].isin(formats)]


# -- one finding a platform, by what tools said ---------------------------------------------------


def judge_version(facts: Facts) -> Iterator[Finding]:
    """lto-version-mismatch: the reader of the bytecode names both versions."""
    for platform in facts.judged:
        lines, errors = (
            lines_with(facts, platform, _VERSIONS),
            errors_with(facts, platform, _VERSIONS),
        )
        if len(lines) or len(errors):
            evidence = (read_lines(lines) or said(errors))[:4]
            other = _by_gcc(facts, platform, evidence)
            answer = (
                Answer("refuted", [*other, *evidence]) if other else Answer("supported", evidence)
            )
            yield about(facts, FAMILY, VERSION, platform, (), answer)
            if other:
                answer = Answer("supported", [*evidence, *other])
                yield about(facts, FAMILY, FOREIGN, platform, (), answer)


def _by_gcc(facts: Facts, platform: str, told: list[Evidence]) -> list[Evidence]:
    """The link is of GCC's driver, and all that is told is LLVM's: that bytecode is no version of
    its own. (lld reads it all the same, if it is not newer than lld.)"""
    if not told or not all(_LLVM_READER.search(line.text) for line in told):
        return []
    commands = facts.on(facts.link_commands, platform)
    before = [c for c in each(commands) if c.file == told[0].file and c.line_no < told[0].line_no]
    if not before or not is_gcc(str(before[-1].driver)):
        return []
    text = f"the link is of {before[-1].driver}, whose own bytecode is GCC's"
    return [Evidence.of_row(before[-1], text)]


def judge_archiver(facts: Facts) -> Iterator[Finding]:
    """ar-without-lto-plugin: the archiver says so, and GNU ld or gold then finds nothing."""
    for platform in facts.judged:
        wants = [w for w in wants_of(facts) if w.symbol.platform == platform]
        wants = [w for w in wants if not w.is_any_order]
        lines = lines_with(facts, platform, _BY_ARCHIVER)
        bare = _unlisted(facts, platform)
        if len(lines) and facts.link_errors.empty and facts.outcome(platform) != "linked":
            answer = Answer("untestable", read_lines(lines), (log_missing(platform),))
            yield about(facts, FAMILY, ARCHIVER, platform, (), answer)
        if not wants or not (len(lines) or bare):
            continue
        names = [w.symbol.name for w in wants if w.defined.empty]
        evidence = [*read_lines(lines), *bare[:2]]
        evidence += [e for w in wants[:2] for e in _held(_holders(facts, w), w.symbol.name)[:1]]
        yield about(facts, FAMILY, ARCHIVER, platform, names, Answer("supported", evidence))


def _unlisted(facts: Facts, platform: str) -> list[Evidence]:
    """Archives of bytecode without any index."""
    own = facts.of_platform(facts.objects, platform)
    slim = set(own.loc[own["is_lto"].astype(bool) & (own["member_no"] >= 0), "file"])
    is_bare = (own["kind"] == "archive") & (own["has_index"] == False).fillna(False)  # noqa: E712
    bare = own.loc[is_bare.astype(bool) & own["file"].isin(slim), "file"]
    return [
        Evidence(file, None, "the archive holds bytecode and has no symbol index") for file in bare
    ]


def judge_no_plugin(facts: Facts) -> Iterator[Finding]:
    """lto-plugin-not-loaded: the linker says that it needs the plugin."""
    for platform in facts.judged:
        errors = errors_with(facts, platform, _MOLD_NO_PLUGIN)
        lines = lines_with(facts, platform, _BY_LINKER)
        open_names = nowhere_defined(facts, platform)
        if len(lines) and not open_names:  # without a C library the entry may be all that is missed
            entries = lines_with(facts, platform, NO_ENTRY)["text"]
            open_names = [found["name"] for text in entries if (found := NO_ENTRY.search(text))]
        if len(errors) or (len(lines) and open_names):
            names = wanted_in_links_of(facts, platform, errors) if len(errors) else open_names
            answer = Answer("supported", [*said(errors), *read_lines(lines, 3)])
            yield about(facts, FAMILY, NO_PLUGIN, platform, names, answer)


# -- lto-foreign-bytecode -------------------------------------------------------------------------


def judge_foreign(facts: Facts) -> Iterator[Finding]:
    """lto-foreign-bytecode: bytecode of one compiler, and a linker that reads only another's."""
    for platform in facts.judged:
        yield from _unclaimed(facts, platform)
    yield from each_want(FAMILY, FOREIGN, _judge_slim)(facts)


def _unclaimed(facts: Facts, platform: str) -> Iterator[Finding]:
    errors = errors_with(facts, platform, _UNCLAIMED)
    unknown = errors_with(facts, platform, _UNKNOWN_FORMAT)
    bitcode = _bytecode(facts, platform, ("bitcode",))
    named = {PurePath(str(name)).name for name in unknown["object"].dropna()}
    is_meant = [PurePath(file).name in named or len(errors) > 0 for file in bitcode["file"]]
    bitcode = keep(bitcode, is_meant)
    found = [Evidence.of_unit(r, "is LLVM bitcode") for r in each(bitcode.head(3))]
    rows = errors if len(errors) else unknown
    if len(errors) or (len(unknown) and found):
        names = wanted_in_links_of(facts, platform, rows)
        answer = Answer("supported", [*said(rows), *found])
        yield about(facts, FAMILY, FOREIGN, platform, names, answer)
    elif len(unknown) and not facts.has_objects(platform):
        file = next(iter(named), "the file")
        missing = Missing(
            file,
            "whether it is bytecode is seen in its first bytes",
            (f"file {file}; head -c4 {file} | xxd",),
        )
        yield about(
            facts, FAMILY, FOREIGN, platform, (), Answer("untestable", said(unknown), (missing,))
        )


def _judge_slim(facts: Facts, want: Want) -> Answer | None:
    """GCC's slim objects given to lld, which says nothing of them and misses their names."""
    symbol = want.symbol
    if not (linkers_of(facts, symbol) & _LLD) or len(want.defined):
        return None
    evidence = [*facts.reference_evidence(symbol)[:2]]
    if not facts.has_objects(symbol.platform):
        asked = _asked(facts, want)
        return Answer("untestable", evidence, asked) if asked else None
    holders = _holders(facts, want)
    if holders:
        return Answer("supported", [*evidence, *_held(holders, symbol.name)])
    slim = _bytecode(facts, symbol.platform, ("elf",))
    if slim.empty:
        return None
    file = str(slim["file"].iloc[0])
    missing = Missing(
        f"the names inside the bytecode of {file}",
        "variables of bytecode are listed in the compiler's own table only",
        (f"gcc-nm {file} | grep {symbol.name}",),
    )
    return Answer("untestable", evidence, (missing,))


def _asked(facts: Facts, want: Want) -> tuple[Missing, ...]:
    """What would tell, of a log alone; nothing where no sign of GCC's bytecode is there."""
    objects = objects_missing(want.symbol.platform)
    if _is_gcc_lto(facts, want):
        return (objects,)
    names = names_of_c_parts(facts, want.symbol.platform)
    is_several = len(names) > 1 or any(map(VERSIONED.match, names))
    return (_CFLAGS, objects) if is_several and want.symbol.name in names else ()


def _is_gcc_lto(facts: Facts, want: Want) -> bool:
    """The link is driven by GCC and asks for LTO."""
    driver = PurePath(str(want.command.driver)).name if want.command is not None else ""
    flags = flags_of(facts, want.symbol.platform)
    return "clang" not in driver and any(flag.startswith("-flto") for flag in flags)


# -- lto-drops-symbol -----------------------------------------------------------------------------


def judge_drops(facts: Facts, want: Want) -> Answer | None:
    """lto-drops-symbol: the plugin took the object that defines it, and the name is gone after."""
    symbol = want.symbol
    rows = facts.errors_of(symbol)
    rows = rows[rows["kind"] == "undefined"]
    if not having(rows["object"].fillna(""), _LTRANS).any():
        return None
    evidence = [*facts.reference_evidence(symbol)[:2]]
    holders = [one for one in _holders(facts, want) if _is_named(want, one[0])]
    plain = [one for one in holders if not one[1]]
    if plain:
        return Answer("supported", [*evidence, *_held(plain, symbol.name)])
    if want.has_line and facts.has_objects(symbol.platform) and not holders:
        return None
    return Answer("untestable", evidence, (_without_lto(),))


def _is_named(want: Want, file: str) -> bool:
    command = want.command
    names = [PurePath(str(name)).name for _, name in command.inputs] if command is not None else []
    name = PurePath(file).name
    return name in names or re.sub(r"^lib|\.a$", "", name) in names


def _without_lto() -> Missing:
    return Missing(
        "a log of the same link without LTO",
        "a name that only LTO loses is there when every object holds code",
        ('build once with -fno-lto (lto = "off" for cargo) and keep the log',),
    )


CAUSES = (
    Cause(VERSION, FAMILY, "cause", judge_version, telling=(
        "generated with LTO version", "Invalid summary version", "Opaque pointers are only supported",
    )),
    Cause(ARCHIVER, FAMILY, "cause", judge_archiver, telling=(_NEEDED,), yields_to=(VERSION,)),
    Cause(FOREIGN, FAMILY, "cause", judge_foreign, yields_to=(VERSION,)),
    Cause(NO_PLUGIN, FAMILY, "cause", judge_no_plugin, telling=(_NEEDED,), yields_to=(ARCHIVER, FOREIGN)),
    Cause(DROPS, FAMILY, "cause", each_want(FAMILY, DROPS, judge_drops),
          yields_to=(VERSION, ARCHIVER, NO_PLUGIN, FOREIGN)),
)  # fmt: skip
