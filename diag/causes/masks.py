"""Family G: switches that hide a link error instead of curing it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from diag.causes.facts import Facts, Symbol, at, clip, objects_missing, sightings_evidence
from diag.causes.link_said import LOADERS
from diag.causes.masks_dropped import dropped
from diag.causes.model import Cause, Evidence, Finding, Missing, Role, Status
from diag.causes.texts import texts_of
from diag.knowledge import linker_names
from diag.schema import each

UNDEFINED = "undefined-ignored"
DUPLICATE = "duplicate-ignored"

# Sources: the manuals of GNU ld 2.40 and lld 14, command-line options.
# A driver hands each word on by -Wl, or -Xlinker; the linkers take one dash or two, and -zWORD.
NEXT = r"(?:[=,\s]\s*(?:-Xlinker[\s,]+|-Wl,)?)"
_START = r"(?<![\w-])--?"
IGNORES_UNDEFINED = re.compile(
    rf"{_START}unresolved-symbols{NEXT}ignore-(?:all|in-object-files)|{_START}warn-unresolved-symbols"
    rf"|{_START}noinhibit-exec\b|(?<![\w-])-z{NEXT}?undefs\b"
    rf"|{_START}defsym{NEXT}[^=,\s]+=0x0*\b|{_START}defsym{NEXT}[^=,\s]+=0\b"
    rf"|(?<![\w-])-undefined{NEXT}(?:dynamic_lookup|suppress|warning)\b"
)
IGNORES_DUPLICATES = re.compile(
    rf"{_START}allow-multiple-definition\b|(?<![\w-])-z{NEXT}?muldefs\b"
)
# What a shell or make says of a program that was started, and so was linked.
_DIED = re.compile(
    r"Segmentation fault|SIGSEGV|core dumped|exit (?:code|status):? 139\b|signal:? 11\b"
)


def flag_evidence(facts: Facts, platform: str, flag: re.Pattern[str]) -> list[Evidence]:
    """Where a linker switch stands: on a link command, in the log's echo, in what commands get."""
    found = []
    for command in each(facts.on(facts.link_commands, platform)):
        hit = flag.search(" ".join(command.flags))
        if hit:
            text = f"the link command holds {hit[0]}"
            found.append(Evidence(command.file, int(command.line_no), text))
    for echo in each(facts.arrivals[facts.arrivals["platform"] == platform]):
        if flag.search(echo.echoed):
            text = clip(f"the log echoes {echo.name}={echo.echoed}")
            found.append(Evidence(echo.file, int(echo.line_no), text))
    return (found + _flag_in_flow(facts, platform, flag))[:3]


def _flag_in_flow(facts: Facts, platform: str, flag: re.Pattern[str]) -> list[Evidence]:
    rows = facts.env[(facts.env["platform"] == platform) & facts.env["value"].notna()]
    rows = rows[[bool(flag.search(value)) for value in rows["value"]]]
    found = []
    for row in each(rows.drop_duplicates(["name", "value"])):
        place = row.came_through[-1] if len(row.came_through) else f"{row.file}:{row.line_no}"
        found.append(at(place, clip(f"`{row.command}` receives {row.name}={row.value}")))
    return found


def judge_undefined_ignored(facts: Facts) -> Iterator[Finding]:
    """undefined-ignored, on each platform where such a switch is on or an output shows its mark."""
    for platform in facts.judged:
        flags = flag_evidence(facts, platform, IGNORES_UNDEFINED)
        left = _left(facts, platform) or (_vanished(facts, platform) if flags else [])
        left = left or dropped(facts, platform, IGNORES_UNDEFINED)
        if flags and left:
            yield from (_undefined_supported(facts, symbol, flags) for symbol in left)
        elif flags or UNDEFINED in facts.claims:
            yield _undefined_open(facts, platform, flags)


def _left(facts: Facts, platform: str) -> list[Symbol]:
    """Symbols that the platform's output still wants or holds at zero, though it was linked."""
    rows = facts.sightings[facts.sightings["is_output"] & (facts.sightings["role"] != "defined")]
    rows = rows[(rows["platform"] == platform) & (rows["bind"] == "GLOBAL")]
    return [Symbol(name, platform) for name in dict.fromkeys(rows["name"])]


def _vanished(facts: Facts, platform: str) -> list[Symbol]:
    """What inputs want, nothing defines, and the output does not even hold, where the program went
    wrong: GNU ld drops some of what it is told to ignore."""
    if facts.ran(platform) is not False or not _has_output(facts, platform):
        return []
    outputs = set(facts.objects.loc[facts.objects["kind"] == "executable", "file"])
    rows = facts.of_platform(facts.symbols, platform)
    in_output = rows["file"].isin(outputs)
    is_defined = rows["is_defined"].astype(bool)
    # mold makes them local: open, or at the address 0 that the switch gave.
    is_zero = (rows["bind"] == "LOCAL") & (rows["value"] == 0) & (rows["type"] == "NOTYPE")
    kept = in_output & ((is_defined & ~is_zero) | (rows["bind"] != "LOCAL"))
    is_defined &= ~(in_output & is_zero)
    known = set(rows.loc[kept | is_defined, "name"]) | linker_names()
    wanted = rows[~in_output & ~is_defined & (rows["bind"] == "GLOBAL")]
    return [Symbol(name, platform) for name in dict.fromkeys(wanted["name"]) if name not in known]


def _undefined_supported(facts: Facts, symbol: Symbol, flags: list[Evidence]) -> Finding:
    zero = facts.seen(symbol, "zero")
    wanted = facts.seen(symbol, "wanted")
    wanted = wanted[wanted["is_output"]]
    evidence = [*flags, *sightings_evidence(zero, f"holds {symbol.name} at address 0")]
    evidence += sightings_evidence(wanted, f"is linked and still wants {symbol.name}")
    inputs = facts.of_platform(facts.symbols, symbol.platform)
    inputs = inputs[(inputs["name"] == symbol.name) & ~inputs["is_defined"].astype(bool)]
    evidence += sightings_evidence(inputs, f"wants {symbol.name}")[:2]
    evidence += facts.end_of_run(symbol.platform)
    # A name at 0 may be meant as a number: where the program ran well, nothing is wrong yet.
    role: Role = "latent" if facts.ran(symbol.platform) else "cause"
    return _undefined(
        symbol.platform, symbol.name, "supported", evidence, fix=texts_of("masks")[UNDEFINED].fix,
        role=role,
    )  # fmt: skip


def _undefined_open(facts: Facts, platform: str, flags: list[Evidence]) -> Finding:
    loaded = _loader_errors(facts, platform)
    if flags and loaded:
        return _undefined(
            platform, loaded[0][0], "supported", (*flags, *(one for _, one in loaded[:2])),
            fix=texts_of("masks")[UNDEFINED].fix,
        )  # fmt: skip
    if _linker_failed(facts, platform):
        evidence = facts.outcome_evidence(platform)
        return _undefined(platform, None, "refuted", (*evidence, *flags))
    if _has_output(facts, platform):
        own = facts.objects[facts.objects["kind"] == "executable"]
        text = "the output wants no symbol and holds none at address 0"
        found = [
            Evidence(f, None, text)
            for f in own["file"]
            if facts.platform_of_file.get(f) == platform
        ]
        return _undefined(platform, None, "refuted", (*found[:2], *flags))
    missing = Missing(
        f"the linked program of {platform}",
        "an ignored symbol stays undefined in it, or stands at address 0",
        (f"diag investigate build.log --objects {platform}=PROGRAM", "nm PROGRAM | grep ' U '"),
    )
    return _undefined(platform, None, "untestable", flags, (missing,))


def _loader_errors(facts: Facts, platform: str) -> list[tuple[str, Evidence]]:
    """Names that the loader did not find when the program was started."""
    rows = facts.on(facts.link_errors, platform)
    rows = rows[rows["linker"].isin(LOADERS) & (rows["kind"] == "undefined")]
    return [
        (str(r.symbol), Evidence.of_row(r, r.detail_text))
        for r in each(rows[rows["symbol"].notna()])
    ]


def _linker_failed(facts: Facts, platform: str) -> bool:
    """The link itself failed, not the program that it made: no switch hid that."""
    rows = facts.on(facts.link_errors, platform)
    if facts.outcome(platform) != "failed" or rows["linker"].isin(LOADERS).any():
        return False
    return len(rows) > 0 or not any(_DIED.search(e.text) for e in facts.outcome_evidence(platform))


def _has_output(facts: Facts, platform: str) -> bool:
    own = facts.objects[facts.objects["kind"] == "executable"]
    return any(facts.platform_of_file.get(file) == platform for file in own["file"])


def _undefined(
    platform: str,
    symbol: str | None,
    status: Status,
    evidence: Iterable[Evidence],
    missing: Iterable[Missing] = (),
    fix: tuple[str, ...] = (),
    role: Role = "cause",
) -> Finding:
    claim = "A linker switch ignores undefined symbols: it links, and dies where one is called."
    words = texts_of("masks")[UNDEFINED]
    return Finding.of(
        UNDEFINED, "masks", role, status, claim, platform=platform, symbol=symbol,
        evidence=evidence, missing=missing, fix=fix, experiment=words.experiment,
    )  # fmt: skip


def judge_duplicate_ignored(facts: Facts) -> Iterator[Finding]:
    """duplicate-ignored, on each platform where the switch is on."""
    for platform in facts.judged:
        flags = flag_evidence(facts, platform, IGNORES_DUPLICATES)
        if not flags and DUPLICATE not in facts.claims:
            continue
        if not facts.has_objects(platform):
            missing = (objects_missing(platform),)
            yield _duplicate(platform, None, "latent", "untestable", flags, missing)
            continue
        doubled = _doubled(facts, platform)
        if doubled and flags:
            yield from (_duplicate_supported(facts, symbol, flags) for symbol in doubled[:20])
        else:
            yield _duplicate(
                platform, None, "latent", "refuted", _no_duplicate(facts, platform, flags)
            )


def _doubled(facts: Facts, platform: str) -> list[Symbol]:
    rows = facts.sightings[
        (facts.sightings["platform"] == platform) & ~facts.sightings["is_output"]
    ]
    rows = rows[(rows["role"] == "defined") & (rows["bind"] == "GLOBAL")]
    # A member that an rlib bundles is the same one; two objects of one size are two.
    own = [r.member or PurePath(r.file).name for r in each(rows)]
    members = rows.assign(own=own).drop_duplicates(["name", "own", "size_bytes"])
    return [
        Symbol(name, platform) for name in members.loc[members.duplicated("name"), "name"].unique()
    ]


def _duplicate_supported(facts: Facts, symbol: Symbol, flags: list[Evidence]) -> Finding:
    evidence = [*flags, *sightings_evidence(facts.definitions(symbol), f"defines {symbol.name}")]
    ended = facts.end_of_run(symbol.platform)
    # A program that goes wrong may do so for this.
    role: Role = "cause" if facts.ran(symbol.platform) is False else "latent"
    return _duplicate(symbol.platform, symbol.name, role, "supported", [*evidence, *ended])


def _no_duplicate(facts: Facts, platform: str, flags: list[Evidence]) -> list[Evidence]:
    own = [file for file in facts.objects["file"] if facts.platform_of_file.get(file) == platform]
    text = "no symbol has two different definitions among the objects given; the switch hides nothing here"
    return [*flags[:1], *(Evidence(file, None, text) for file in own[:1])]


def _duplicate(
    platform: str,
    symbol: str | None,
    role: Role,
    status: Status,
    evidence: Iterable[Evidence],
    missing: Iterable[Missing] = (),
) -> Finding:
    claim = "A linker switch silently takes the first of two different definitions."
    fix = (
        ("Take the switch away and remove one of the two definitions.",)
        if status == "supported"
        else ()
    )
    words = texts_of("masks")[DUPLICATE]
    return Finding.of(
        DUPLICATE, "masks", role, status, claim, platform=platform, symbol=symbol,
        evidence=evidence, missing=missing, fix=fix, experiment=words.experiment,
    )  # fmt: skip


CAUSES = (
    Cause(UNDEFINED, "masks", "cause", judge_undefined_ignored, lets_link=True),
    Cause(DUPLICATE, "masks", "latent", judge_duplicate_ignored),
)
