"""Family of compiles that end a build before any link: what the target's compiler needs is not there, or
the language leaves a part of the program out when it crosses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

from diag.causes.compiling_ends import FAMILY, each_failed, linked_after
from diag.causes.facts import Facts, Symbol
from diag.causes.machine_code import NEAR, may_cross
from diag.causes.machines import fitted, host_of, target_of
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.searched import having
from diag.platforms import Platform
from diag.schema import each

RUST_STD = "rust-target-not-installed"
CGO_OFF = "cgo-disabled-when-crossing"

MAX_SHOWN = 8
MAX_CALLS = 5000
# The crates that come with a target; any other one is a dependency. Source: rustc 1.95, E0463 and E0514.
_NO_STD = re.compile(r"error\[E0463\]: can't find crate for [`'‘](?:std|core|alloc)[`'’]")
_OTHER_STD = re.compile(
    r"error\[E0514\]: found crate [`'‘](?:std|core|alloc|compiler_builtins)[`'’] compiled by an incompatible version"
)
_NOT_INSTALLED = re.compile(r"the [`'‘](?P<target>[\w.-]+)[`'’] target may not be installed")
_HELP = re.compile(r"rustup target add [\w-]+|-Zbuild-std")
_MADE_BY = re.compile(r"rustlib/(?P<target>[\w.-]+)/lib/")
_ADDS = re.compile(
    r"\brustup\b[^&|;\n]*?(?:\btarget add|\s--target[= ]|\s-t[= ])\s*(?P<words>[^&|;\n]+)"
)
# Source: go 1.19's own messages; the stub of a package is its own, of the same words in each program.
_UNDEFINED = re.compile(r"\.go:\d+:\d+: undefined: (?P<name>[\w.]+)$")
_EXCLUDED = re.compile(r"build constraints exclude all Go files in (?P<folder>\S+)")
_STUB = re.compile(r"[Bb]inary was compiled with 'CGO_ENABLED=0'")
_GO_CALL = re.compile(r"\bgo (?:build|install|run|test|vet|list)\b")
_SETS = re.compile(r"\b(?P<name>GOARCH|CGO_ENABLED)=(?P<value>\w+)")
_BY_CGO = re.compile(r"/cgo -objdir (?P<folder>\S+?/b\d+)/")
_BY_COMPILE = re.compile(r"/compile -o (?P<folder>\S+?/b\d+)/.*? -p (?P<package>\S+) ")
_GO_FILE = re.compile(r"(?<=\s)\./([\w.+-]+)\.go(?=\s|$)")


class _Call(NamedTuple):
    """A call of cgo or of Go's compiler: the folder that it writes to, and the Go files that it is given,
    without ending."""

    folder: str
    package: str
    files: frozenset[str]
    row: Any


# -- rust-target-not-installed ---------------------------------------------------------------------


def judge_rust(facts: Facts, platform: str) -> Iterator[Finding]:
    """rust-target-not-installed: rustc names the target; of the standard library of another rustc the
    path does."""
    rows = _rows(facts, platform, _NO_STD) or _rows(facts, platform, _OTHER_STD)
    if not rows:
        return
    first, after = rows[0], _after(facts, rows[0])
    named = next((m for r in after for p in (_NOT_INSTALLED, _MADE_BY) if (m := p.search(r.text))), None)  # fmt: skip
    helped = [r for r in after if _NOT_INSTALLED.search(r.text) or _HELP.search(r.text)]
    evidence = [Evidence.of_row(first), *map(Evidence.of_row, helped[:2])]
    later = linked_after(facts, platform, evidence[0])
    if named is None or later is not None:
        missing = later or Missing("the lines that rustc says after it", "they name the target that is not there", (f"rustc --explain {'E0463'}",))  # fmt: skip
        yield _BY_ID[RUST_STD].finding("untestable", Symbol("", platform), evidence, (missing,))
        return
    target = named["target"]
    is_other = bool(_OTHER_STD.search(first.text))
    added = _added(facts, target)
    yield _BY_ID[RUST_STD].finding(
        "supported", Symbol("", platform), [*evidence, *added][:MAX_SHOWN],
        fix=fitted(_rust_steps(helped), target_of(facts, platform), target),
        claim=_rust_claim(target, is_other),
    )  # fmt: skip


def _rust_claim(target: str, is_other: bool) -> str:
    if is_other:
        return f"The standard library for {target} was made by another version of rustc than the one that compiles."
    return f"Rust's standard library for {target} is not there for the rustc that compiles."


def _rust_steps(helped: list[Any]) -> tuple[str, ...]:
    """Of a target that rustup has no library for, rustc asks for the one that is built from source."""
    steps = _BY_ID[RUST_STD].texts.fix_with("")
    texts = " ".join(row.text for row in helped)
    if "-Zbuild-std" in texts and "rustup target add" not in texts:
        return ("cargo +nightly build -Zbuild-std --target <target>  # and rustup component add rust-src", *steps[-1:])  # fmt: skip
    return steps


def _added(facts: Facts, target: str) -> list[Evidence]:
    """Where the Dockerfile adds targets: for the rustc that complains it added none such."""
    found = []
    for row in each(facts.instructions[facts.instructions["instruction"] == "RUN"]):
        words = " ".join(m["words"] for m in _ADDS.finditer(row.value_text))
        if words:
            told = f"rustup adds {words.strip()} here (stage {row.stage or row.stage_no})"
            is_there = target in words or "$" in words
            why = (
                "the rustc that complains is of another toolchain, or of another stage"
                if is_there
                else f"{target} is not among them"
            )
            found.append(Evidence.of_row(row, f"{told}: {why}"))
    return found[:2]


# -- cgo-disabled-when-crossing --------------------------------------------------------------------


def judge_cgo_off(facts: Facts, platform: str) -> Iterator[Finding]:
    """cgo-disabled-when-crossing: said by a package's stub, or seen where the log shows which files each
    platform compiles; else the sources decide."""
    rows = [*_rows(facts, platform, _EXCLUDED), *_rows(facts, platform, _UNDEFINED)]
    stubs = _rows(facts, platform, _STUB)
    off = _cgo_at_go(facts, platform)
    if not (rows or stubs) or off is None:
        return
    evidence = [Evidence.of_row(r) for r in (stubs or rows)[:4]]
    dropped = _dropped(facts, platform) if rows else []
    if off.text.endswith("CGO_ENABLED=1"):
        if rows:
            yield _BY_ID[CGO_OFF].finding("refuted", Symbol("", platform), [off, *evidence[:2]])
    elif stubs or dropped:
        steps = fitted(_BY_ID[CGO_OFF].texts.fix_with(""), target_of(facts, platform))
        yield _BY_ID[CGO_OFF].finding(
            "supported", Symbol("", platform), [*evidence, off, *dropped], fix=steps
        )
    elif any(_EXCLUDED.search(r.text) for r in rows) or _is_of_one_platform(facts, platform):
        yield _BY_ID[CGO_OFF].finding(
            "untestable", Symbol("", platform), [*evidence, off], (_sources(facts, platform, rows[0]),)
        )  # fmt: skip


def _cgo_at_go(facts: Facts, platform: str) -> Evidence | None:
    """What the `go` of the platform is told of cgo, or of another machine than the build's; None where
    it is told neither."""
    env = facts.env[(facts.env["platform"] == platform) & (facts.env["command"] == "go")]
    rows = {r.name: r for r in each(env.drop_duplicates(["name"], keep="last")) if isinstance(r.value, str)}  # fmt: skip
    given = {name: (row.value, Evidence.of_row(row, f"`go` receives {name}={row.value}")) for name, row in rows.items()}  # fmt: skip
    for row in each(facts.on(facts.lines_with(("GOARCH=", "CGO_ENABLED=")), platform).head(200)):
        if _GO_CALL.search(row.text):
            given |= {m["name"]: (m["value"], Evidence.of_row(row)) for m in _SETS.finditer(row.text)}  # fmt: skip
    if "CGO_ENABLED" in given:
        value, place = given["CGO_ENABLED"]
        return Evidence(place.file, place.line_no, f"`go` receives CGO_ENABLED={value}")
    target, arch = target_of(facts, platform), given.get("GOARCH")
    host = None if _may_cross(facts, platform) else host_of(facts, platform)
    if arch is None or (target is not None and (arch[0] != target.go_arch or host == target)):
        return None
    text = f"`go` receives GOARCH={arch[0]} and no CGO_ENABLED: where it crosses, cgo is off"
    return Evidence(arch[1].file, arch[1].line_no, text)


def _may_cross(facts: Facts, platform: str) -> bool:
    return any(
        may_cross(facts, step) for step in each(facts.steps) if step.target_platform == platform
    )


def _is_of_one_platform(facts: Facts, platform: str) -> bool:
    """Another platform of the build came to a good end: the name is there."""
    return any(facts.outcome(p) == "linked" for p in facts.platforms if p != platform)


def _dropped(facts: Facts, platform: str) -> list[Evidence]:
    """Files that a platform that built gives to cgo, where they are the only ones of their package that
    this one does not compile: the log of `go build -x` shows both."""
    own = _calls(facts, platform, _BY_COMPILE)
    for other in (p for p in facts.platforms if facts.outcome(p) == "linked"):
        compiles = {c.folder: c for c in _calls(facts, other, _BY_COMPILE)}
        for cgo in _calls(facts, other, _BY_CGO):
            theirs = compiles.get(cgo.folder)
            here = [c for c in own if theirs and c.package == theirs.package and c.files == theirs.files]  # fmt: skip
            if here and cgo.files and _misses(facts, platform, here[0].row):
                names = ", ".join(f"{name}.go" for name in sorted(cgo.files))
                text = f"{other} gives {names} to cgo; {platform} compiles the others of the package, and not that"
                return [Evidence.of_row(cgo.row, text), Evidence.of_row(here[0].row)]
    return []


def _misses(facts: Facts, platform: str, compile: Any) -> bool:
    """A complaint of an undefined name comes right after the compile of the package."""
    rows = _rows(facts, platform, _UNDEFINED)
    return any(0 < r.line_no - compile.line_no <= NEAR and r.file == compile.file for r in rows)


def _calls(facts: Facts, platform: str, tool: re.Pattern[str]) -> list[_Call]:
    lines = facts.on(facts.lines_with(("/cgo ", "/compile ")), platform)
    lines = lines[lines["kind"] != "excerpt"]
    told = [(row, tool.search(row.text)) for row in each(lines.head(MAX_CALLS))]
    return [
        _Call(m["folder"], m.groupdict().get("package", ""), frozenset(_GO_FILE.findall(row.text)), row)
        for row, m in told
        if m
    ]  # fmt: skip


def _sources(facts: Facts, platform: str, row: Any) -> Missing:
    target = target_of(facts, platform)
    arch = target.go_arch if isinstance(target, Platform) else "ARCH"
    name = _UNDEFINED.search(row.text)
    what = f"whether the file with {name['name']}" if name else "whether a file of that package"
    return Missing(
        f"{what} says import \"C\"",
        "Go leaves such a file out where cgo is off; a file for another machine (_amd64.go, //go:build) is left out as well",
        (f"env CGO_ENABLED=1 GOOS=linux GOARCH={arch} go list -f '{{{{.ImportPath}}}} {{{{.CgoFiles}}}}' ./...  # the files that are left out where cgo is off",
         "grep -rl --include=*.go 'import \"C\"' .",
         "put -x -v -ldflags=-v on the go command and keep the log"),
    )  # fmt: skip


# -- lines -----------------------------------------------------------------------------------------


def _rows(facts: Facts, platform: str, pattern: re.Pattern[str]) -> list[Any]:
    lines = facts.on(facts.lines, platform)
    lines = lines[lines["kind"] != "excerpt"]
    return list(each(lines[having(lines["text"], pattern)].head(40)))


def _after(facts: Facts, row: Any) -> list[Any]:
    rows = facts.lines_with(_RUST_TELLING)
    is_near = (rows["line_no"] > row.line_no) & (rows["line_no"] <= row.line_no + NEAR)
    return list(each(rows[(rows["file"] == row.file) & is_near]))


_RUST_TELLING = ("can't find crate for", "target may not be installed", "compiled by an incompatible version", "rustup target add", "-Zbuild-std", "compiled by rustc")  # fmt: skip
_GO_TELLING = (": undefined: ", "build constraints exclude all Go files", "CGO_ENABLED=0'")
CAUSES = (
    Cause(RUST_STD, FAMILY, "cause", each_failed(judge_rust), telling=_RUST_TELLING),
    Cause(CGO_OFF, FAMILY, "cause", each_failed(judge_cgo_off), telling=_GO_TELLING),
)
_BY_ID = {cause.id: cause for cause in CAUSES}
