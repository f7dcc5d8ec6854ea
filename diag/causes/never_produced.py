"""Family A: the definition was never produced, because a compile was refused or left out."""

from __future__ import annotations

import os.path
from collections.abc import Iterable, Iterator
from pathlib import PurePath

from diag.causes.facts import (
    Facts,
    Symbol,
    counted,
    log_missing,
    objects_missing,
    sightings_evidence,
)
from diag.causes.invites import is_kernel_name
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.once import asked_once
from diag.causes.skips import (
    REFUSED_FLAG,
    TELLING,
    Skip,
    crates_that_want,
    has_crates,
    is_tied,
    programs_that_want,
    skips_on,
)
from diag.causes.texts import NO_CURE, texts_of
from diag.knowledge import isa_words_in
from diag.platforms import BY_NAME
from diag.schema import each, keep

KERNEL = "kernel-object-not-built"


def judge_kernel(facts: Facts) -> Iterator[Finding]:
    """kernel-object-not-built, for each symbol that a link wants and does not get."""
    for symbol in facts.wanted:
        finding = judge_kernel_of(facts, symbol)
        if finding is not None:
            yield finding


@asked_once
def judge_kernel_of(facts: Facts, symbol: Symbol) -> Finding | None:
    """The same for one symbol; None where nothing invites the explanation."""
    if not (isa_words_in(symbol.name) or skips_on(facts, symbol.platform) or has_crates(facts)):
        return None  # said at once, for links that miss thousands of names
    defined = facts.definitions(symbol)
    if len(defined):
        text = "defines it, so it was built"
        return _finding(symbol, "refuted", sightings_evidence(defined, text)[:3])
    crates = crates_that_want(facts, symbol)
    programs = programs_that_want(facts, symbol)
    skips = skips_on(facts, symbol.platform)
    tied = [skip for skip in skips if is_tied(skip, symbol, crates, programs)]
    if tied:
        return _supported(facts, symbol, tied)
    if not is_kernel_name(symbol.name) and not crates:
        return None
    return _undecided(facts, symbol)


def _supported(facts: Facts, symbol: Symbol, tied: list[Skip]) -> Finding:
    has_objects = facts.has_objects(symbol.platform)
    told = {line.text for line in tied[0].lines}
    evidence = [*tied[0].shown, *facts.reference_evidence(symbol)]
    evidence += absence_evidence(facts, symbol) + _cfg_evidence(facts, symbol)
    evidence += [skip.lines[0] for skip in tied[1:] if skip.lines[0].text not in told]
    missing = () if has_objects else (objects_missing(symbol.platform),)
    fix = _fix(symbol, tied)
    return _finding(symbol, "supported", evidence, missing, fix)


def absence_evidence(facts: Facts, symbol: Symbol) -> list[Evidence]:
    """That no object given for the platform defines the symbol; empty where none was given."""
    own = facts.of_platform(facts.objects, symbol.platform)
    own = own[~own["kind"].isin(["executable", "archive"])]
    if own.empty:
        return []
    files = sorted(set(own["file"]))
    folder = os.path.commonpath([str(PurePath(file).parent) for file in files])
    n_wanting = len(facts.seen(symbol, "wanted").drop_duplicates(["file", "member"]))
    text = (
        f"{counted(len(own), 'object or member', 'objects and members')} in "
        f"{counted(len(files), 'file', 'files')} given for {symbol.platform}: "
        f"{n_wanting} of them {'wants' if n_wanting == 1 else 'want'} {symbol.name}, none defines it"
    )
    return [Evidence(folder, None, text)]


def _cfg_evidence(facts: Facts, symbol: Symbol) -> list[Evidence]:
    """What the build scripts of the wanting crates switched on and which archives they made."""
    crates = crates_that_want(facts, symbol)
    rows = facts.build_script[facts.build_script["key"].isin(["rustc-cfg", "rustc-link-lib"])]
    rows = facts.of_platform(rows, symbol.platform)
    rows = keep(rows, (str(p).replace("-", "_") in crates for p in rows["package"]))
    return [Evidence(r.file, int(r.line_no), f"{r.key}={r.value}") for r in each(rows)][:4]


def _undecided(facts: Facts, symbol: Symbol) -> Finding:
    missing = [] if facts.has_objects(symbol.platform) else [objects_missing(symbol.platform)]
    if not facts.has_log:
        missing.insert(0, log_missing(symbol.platform))
    else:
        missing.append(_verbose_log(symbol.platform))
    evidence = [*facts.reference_evidence(symbol), *absence_evidence(facts, symbol)]
    return _finding(symbol, "untestable", evidence, missing)


def _verbose_log(platform: str) -> Missing:
    of, where = (f"of {platform} ", f" --platform {platform}") if platform else ("", "")
    return Missing(
        f"a log {of}that shows what build scripts say",
        "cargo hides the warnings of registry crates, and the skipped compile would be told there",
        (
            "put -vv on the cargo command of the Dockerfile",
            f"docker buildx build --progress=plain --no-cache{where} . 2>&1 | tee build.log",
        ),
    )


def _fix(symbol: Symbol, tied: list[Skip]) -> tuple[str, ...]:
    place = tied[0].lines[0].place
    steps = [
        f"In the build script that printed {place}: switch each kernel's cfg (or define) on only "
        "after the compile of that kernel succeeded, one cfg for each object.",
        "Let the build fail when a kernel that the code will call cannot be compiled; a warning "
        "hides the cause until the link.",
    ]
    refused = REFUSED_FLAG.search("\n".join(skip.text for skip in tied))
    if refused:
        flag = f"{refused['flag']}={refused['value']}"
        steps.insert(
            1,
            f"Give the kernel's compile an explicit CPU instead of {flag}, which this compiler refuses.",
        )
        steps += _workaround(symbol, refused["flag"])
    steps.append(
        NO_CURE + "other RUSTFLAGS. They reach rustc, and the missing object is the C compiler's."
    )
    return tuple(steps)


def _workaround(symbol: Symbol, flag: str) -> list[str]:
    platform = BY_NAME.get(symbol.platform)
    if platform is None or platform.elf_arch != "x86_64" or flag != "-march":
        return []
    target = platform.rust_targets[0].replace("-", "_")
    return [
        f"Until the script is mended: ENV CFLAGS_{target}=-march=x86-64 (the cc crate puts it after "
        "the script's own flags, so the kernel compiles, for the baseline CPU)."
    ]


def _finding(
    symbol: Symbol,
    status: Status,
    evidence: Iterable[Evidence],
    missing: Iterable[Missing] = (),
    fix: tuple[str, ...] = (),
) -> Finding:
    claim = (
        f"{symbol.name} was never compiled: its kernel was refused or skipped, and the caller "
        "was built all the same."
    )
    return Finding.of(
        KERNEL, "never_produced", "cause", status, claim, platform=symbol.platform,
        symbol=symbol.name, evidence=evidence, missing=missing, fix=fix,
        experiment=texts_of("never_produced")[KERNEL].experiment,
    )  # fmt: skip


CAUSES = (Cause(KERNEL, "never_produced", "cause", judge_kernel, telling=TELLING),)
