"""Family B: the compiler or linker of another machine took part in the build."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from diag.causes.cc_crate import CC_RS, overriding_cc, received_cc
from diag.causes.facts import Facts, Symbol, log_missing
from diag.causes.go_link import go_took_part, linker_beside_cc
from diag.causes.machines import Refusal, arch_in, fitted, platform_in, refusals_on, target_of
from diag.causes.machines_skipped import SKIPPING, skipped_on
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.once import asked_once
from diag.causes.provenance import Provenance, provenance_of
from diag.causes.toolchain import toolchain_of
from diag.platforms import Platform
from diag.schema import each

LINKER = "target-linker-not-set"
CGO = "cgo-cc-not-cross"
PREBUILT = "wrong-arch-prebuilt-archive"
WRONG_CC = "wrong-cc-for-c-deps"

MAX_SHOWN = 8  # inputs shown of one finding
MAX_LOOKED_AT = 5  # inputs whose origin is looked for
_CGO_SOURCE = re.compile(r"gcc_(?P<goarch>[a-z0-9]+)\.S(?::\d+)?: (?:Error: )?(?P<what>.*)")
_CGO_FLAG = re.compile(r"(?P<compiler>\S*?(?:gcc|cc|clang)\S*?): error: (?:unrecognized|unsupported|unknown) .*?option .(?P<flag>-m(?:64|32|arm|abi=\w+))\b")  # fmt: skip
_GO_PACKAGE = re.compile(r"# (?:runtime/cgo|[\w.-]+(?:/[\w.~-]+)+)$")
_GO_LINK = re.compile(r"/go-link-\d+/")
_CLASS_SWITCH = re.compile(r"\s\"?-m(?:32|64|x32|abi=\w+)\b")  # the right one, for the other class


def _platforms(judge: Callable[[Facts, str], Iterator[Finding]]) -> Callable[[Facts], Iterator[Finding]]:  # fmt: skip
    def all_platforms(facts: Facts) -> Iterator[Finding]:
        for platform in facts.judged:
            yield from judge(facts, platform)

    return all_platforms


# -- target-linker-not-set -----------------------------------------------------------------------


def judge_linker(facts: Facts, platform: str) -> Iterator[Finding]:
    """target-linker-not-set: inputs of the target's own machine were refused."""
    refused = refusals_on(facts, platform)
    target = target_of(facts, platform)
    if not refused or target is None:
        return
    right = [r for r in refused if _is_for(r, target)]
    own = [r for r in right if r.is_own and not _GO_LINK.search(r.object)]
    evidence = [r.evidence for r in (own or right)[:MAX_SHOWN]]
    beside = linker_beside_cc(facts, platform, target) if right and not own else []
    if beside and _GO_LINK.search(right[0].object):
        yield _found(facts, LINKER, platform, refused, [*beside, *evidence], target)
    elif own:
        yield _found(facts, LINKER, platform, refused, evidence + _called(facts, platform), target)
    elif right and not _GO_LINK.search(right[0].object):
        missing = Missing(
            "the link command, or the project's own objects",
            "whether the refused archive is of the target and the linker is not, or the link itself "
            "was for the build machine, is seen from what else was linked",
            ("put -vv on the cargo command (or V=1, VERBOSE=1) and keep the log",),
        )
        yield CAUSES_BY_ID[LINKER].finding(
            "untestable", _symbol(platform, refused), evidence, (missing,)
        )
    elif any(r.is_own and r.expected == target.elf_arch for r in refused):
        evidence = [r.evidence for r in refused[:2]]
        yield CAUSES_BY_ID[LINKER].finding("refuted", _symbol(platform, refused), evidence)


def _is_for(refused: Refusal, target: Platform) -> bool:
    """The input is of the target's machine, or an own one that the linker of another refuses."""
    if refused.driver == target.elf_arch:
        return False  # the target's own compiler called it: see cross-pkgconfig-host-library
    found = refused.found or (arch_in(refused.object) if ".rcgu.o" in refused.object else "")
    if found:  # of a unit that rustc made, its target's folder tells
        return found == target.elf_arch
    is_other_linker = refused.expected not in ("", target.elf_arch)
    return is_other_linker and refused.is_own and platform_in(refused.object) in (target, None)


def _called(facts: Facts, platform: str) -> list[Evidence]:
    """The driver that was called to link."""
    rows = facts.lines[facts.lines["text"].str.contains("linking with `", regex=False)]
    told = [Evidence.of_row(r) for r in each(facts.on(rows, platform))]
    commands = facts.on(facts.link_commands, platform)
    told += [
        Evidence.of_row(c, f"the link command calls {c.driver}") for c in each(commands.tail(1))
    ]
    return told[:2]


# -- wrong-arch-prebuilt-archive, wrong-cc-for-c-deps --------------------------------------------


def foreign_on(facts: Facts, platform: str) -> list[Refusal]:
    """Refused inputs that are of another machine than the target."""
    target = target_of(facts, platform)
    if target is None:
        return []
    return [
        r for r in refusals_on(facts, platform)
        if (r.found and r.found != target.elf_arch)
        or (not r.found and r.expected == target.elf_arch)
    ]  # fmt: skip


@asked_once
def _origins(facts: Facts, platform: str) -> list[tuple[Refusal, Provenance]]:
    foreign = foreign_on(facts, platform)[:MAX_LOOKED_AT]
    return [(r, provenance_of(facts, platform, r.object, r.member)) for r in foreign]


def judge_prebuilt(facts: Facts, platform: str) -> Iterator[Finding]:
    """wrong-arch-prebuilt-archive: a foreign archive that this build did not make."""
    found = [(r, o) for r, o in _origins(facts, platform) if r.is_archived]
    found += [(r, provenance_of(facts, platform, r.object, "")) for r in _skipped(facts, platform)]
    if not found:
        return
    refused = [r for r, _ in found]
    evidence = [r.evidence for r in refused[:MAX_SHOWN]]
    shipped = [line for _, o in found for line in o.shipped if not o.is_made_here]
    made = [line for _, o in found for line in (*o.compiled, *o.archived)]
    target = target_of(facts, platform)
    if made:
        yield CAUSES_BY_ID[PREBUILT].finding(
            "refuted", _symbol(platform, refused), [*made[:3], *evidence[:1]],
            claim="The archive came ready made, for another machine.",
        )  # fmt: skip
    elif shipped or all(o.is_verbose and not (o.by_build_script or o.kept) for _, o in found):
        yield _found(facts, PREBUILT, platform, refused, [*evidence, *shipped[:2]], target)
    else:
        yield _open(facts, PREBUILT, platform, refused, evidence)


def _skipped(facts: Facts, platform: str) -> list[Refusal]:
    """Archives of another machine that `-l` found in the project's own tree, and passed over."""
    target = target_of(facts, platform)
    return [
        Refusal(s.file, "", s.arch, target.elf_arch, s.evidence, "")
        for s in skipped_on(facts, platform)
        if target and s.is_other(target) and s.file.endswith(".a") and s.is_of_project
    ][:MAX_LOOKED_AT]  # fmt: skip


def judge_wrong_cc(facts: Facts, platform: str) -> Iterator[Finding]:
    """wrong-cc-for-c-deps: what was compiled in this build was compiled for another machine."""
    found, target = _origins(facts, platform), target_of(facts, platform)
    if target is None or not found:
        return
    by_script = {r.found for r, o in found if o.by_build_script}
    bare = overriding_cc(facts, platform) or received_cc(facts, platform, target, by_script)
    refused = [r for r, _ in found]
    evidence = [r.evidence for r in refused[:MAX_SHOWN]]
    wrong = [
        line
        for _, o in found
        for line, compiler in zip(o.compiled, o.compilers, strict=True)
        if platform_in(compiler) != target
        and not _names_target(line.text, target)
        and not _CLASS_SWITCH.search(line.text)
    ]
    right = [
        line
        for _, o in found
        for line in o.compiled
        if line not in wrong and not _CLASS_SWITCH.search(line.text)
    ]
    if wrong or (bare is not None and by_script):
        told = [*wrong[:3], *([bare[1]] if bare else ())]
        yield _found(facts, WRONG_CC, platform, refused, [*told, *evidence], target)
    elif right:
        yield CAUSES_BY_ID[WRONG_CC].finding(
            "refuted", _symbol(platform, refused), [*right[:2], *evidence[:1]]
        )
    elif any(o.archived or o.by_build_script for _, o in found):
        yield _open(facts, WRONG_CC, platform, refused, evidence)


def _names_target(text: str, target: Platform) -> bool:
    """clang is told by a switch which machine it compiles for."""
    found = re.search(r"--?target[= ]\"?(?P<triple>[\w.-]+)", text)
    return found is not None and platform_in(found["triple"]) == target


def _open(
    facts: Facts, cause: str, platform: str, refused: list[Refusal], evidence: list[Evidence]
) -> Finding:
    name = refused[0].object
    missing = Missing(
        f"a log that shows how {name} came to be",
        "a compile line of its members means the wrong compiler, none that it came ready made",
        ("put -vv on the cargo command (or V=1, VERBOSE=1) and keep the log",
         f"readelf -p .comment {name}  # the compiler that made each member"),
    )  # fmt: skip
    return CAUSES_BY_ID[cause].finding(
        "untestable", _symbol(platform, refused), evidence, (missing,)
    )


# -- cgo-cc-not-cross ----------------------------------------------------------------------------


def judge_cgo(facts: Facts, platform: str) -> Iterator[Finding]:
    """cgo-cc-not-cross: the C compiler that cgo calls is for another machine than GOARCH."""
    lines = facts.on(facts.lines, platform)
    told = lines[lines["text"].str.contains(r"gcc_\w+\.S|error: .*option .-m").astype(bool)]
    sources = [r for r in each(told) if _CGO_SOURCE.search(r.text) and "rror" in r.text]
    flags = [r for r in each(told) if _CGO_FLAG.search(r.text)]
    linked = [r for r in refusals_on(facts, platform) if _GO_LINK.search(r.object)]
    headers = _go_headers(facts, lines)
    target = target_of(facts, platform)
    if sources or (flags and headers):
        rows = [*headers[:1], *sources[:2], *flags[:2]]
        evidence = [Evidence.of_row(r) for r in rows]
        evidence += _cc_at_go(facts, platform)
        yield _found(facts, CGO, platform, linked, evidence, target)
    elif linked and target is not None and _is_for(linked[0], target):
        evidence = [r.evidence for r in linked[:MAX_SHOWN]] + _cc_at_go(facts, platform)
        if beside := linker_beside_cc(facts, platform, target):
            yield CAUSES_BY_ID[CGO].finding("refuted", Symbol("", platform), [*beside, *evidence])
        else:
            yield _found(facts, CGO, platform, linked, evidence, target)
    elif flags and go_took_part(facts, platform):
        evidence = [Evidence.of_row(r) for r in flags[:2]]
        yield CAUSES_BY_ID[CGO].finding(
            "untestable", Symbol("", platform), evidence, (log_missing(platform),)
        )


def _go_headers(facts: Facts, lines: object) -> list[object]:
    frame = facts.lines if lines is None else lines
    return [r for r in each(frame) if _GO_PACKAGE.match(r.text)]  # type: ignore[arg-type]


def _cc_at_go(facts: Facts, platform: str) -> list[Evidence]:
    rows = facts.env[(facts.env["platform"] == platform) & (facts.env["command"] == "go")]
    rows = rows[rows["name"].isin(["CC", "GOARCH"]) & (rows["source"] == "shell")]
    return [
        Evidence.of_row(r, f"`go` receives {r.name}: {r.status} {r.value or ''}")
        for r in each(rows.drop_duplicates(["name", "status", "value"]))
    ][:2]  # fmt: skip


# -- words ---------------------------------------------------------------------------------------


def _symbol(platform: str, refused: list[Refusal]) -> Symbol:
    return Symbol(next((r.symbol for r in refused if r.symbol), ""), platform)


def _found(
    facts: Facts, cause: str, platform: str, refused: list[Refusal], evidence: list[Evidence],
    target: Platform | None,
) -> Finding:  # fmt: skip
    words, toolchain = CAUSES_BY_ID[cause].texts, toolchain_of(facts, platform)
    return CAUSES_BY_ID[cause].finding(
        "supported", _symbol(platform, refused), evidence[:MAX_SHOWN],
        fix=fitted(words.fix_with(toolchain), target), claim=_claim(cause, refused, target),
    )  # fmt: skip


def _claim(cause: str, refused: list[Refusal], target: Platform | None) -> str:
    """The claim with the names of this link, where they are known."""
    if target is None or not refused:
        return ""
    first, other = refused[0], next((r.found for r in refused if r.found), "another machine")
    if cause == LINKER:
        expected = f" {first.expected}" if first.expected else " another machine"
        return f"The objects of {target.name} were given to a linker for{expected}: the target's own is not set."
    if cause == PREBUILT:
        return f"{first.object} came ready made for {other}, and the link is for {target.elf_arch}."
    if cause == WRONG_CC:
        return f"{first.name} was compiled in this build by a compiler for {other}, and the link is for {target.elf_arch}."
    return ""


CAUSES = (
    Cause(LINKER, "crossing", "cause", _platforms(judge_linker), telling=("linking with `",)),
    Cause(CGO, "crossing", "cause", _platforms(judge_cgo), telling=("# runtime/cgo",)),
    Cause(WRONG_CC, "crossing", "cause", _platforms(judge_wrong_cc), telling=CC_RS),
    Cause(
        PREBUILT,
        "crossing",
        "cause",
        _platforms(judge_prebuilt),
        telling=(SKIPPING,),
        yields_to=(
            WRONG_CC,
            "stale-build-output",
            "cache-mount-shared-across-arch",
            "cross-pkgconfig-host-library",
        ),
    ),
)
CAUSES_BY_ID = {cause.id: cause for cause in CAUSES}
