"""What keeps a build that links now from being called cured: another project, a call that went
away, a function that may be a stub, code for the builder's own CPU."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePath
from typing import Any

from diag.causes.facts import Facts, Symbol
from diag.causes.file_names import stem_of
from diag.causes.infrastructure import NATIVE
from diag.causes.model import Evidence, Finding
from diag.compare_gone import is_respelled
from diag.join import distinct_definitions
from diag.schema import each

__all__ = [
    "STUB_BYTES", "doubt_about", "had_other_name", "native_is_new", "other_body", "other_project", "was_meant",
]  # fmt: skip

STUB_BYTES = 16  # a function that returns a constant, or only calls abort, takes no more
_SHORTENED = ("riscv", "loongarch")  # their linkers relax calls
_NATIVE = ("-march=native", "-mcpu=native", "target-cpu=native")
_NATIVE_WORD = re.compile(r"(?:-march|-mcpu|target-cpu)=native(?![\w-])")
_SOURCE = re.compile(r"[\w.+-]+\.(?:c|cc|cpp|cxx|[sS]|rs|f90|f)(?![\w.])")


def other_project(old: Facts, new: Facts, platform: str) -> Evidence | None:
    """Neither an object nor a step has a name in common: nothing shows that both are one build."""
    names, steps = (_names(old, platform), _names(new, platform)), (_steps(old), _steps(new))
    is_other = all(names) and not names[0] & names[1] and not steps[0] & steps[1]
    seen = new.outcome_evidence(platform)
    if not is_other or not seen:
        return None
    text = "no object and no step has a name in common with the build before: another project"
    return Evidence(seen[0].file, seen[0].line_no, text)


def _names(facts: Facts, platform: str) -> set[str]:
    """Objects, archives and members that were given or stand on a link command, by name."""
    own = facts.of_platform(facts.objects, platform)
    given = {PurePath(file).name for file in own["file"]} | {m for m in own["member"] if m}
    linked = facts.on(facts.link_commands, platform)
    return given | {PurePath(str(name)).name for row in linked["inputs"] for _, name in row}


def _steps(facts: Facts) -> set[str]:
    """The steps by name; any two builds may start from the same image."""
    rows = facts.steps[~facts.steps["instruction"].isin(["FROM", ""])]
    return {re.sub(r"^\[[^\]]*\]\s*", "", str(name)) for name in rows["name_text"]}


def native_is_new(old: Facts, new: Facts, platform: str) -> Evidence | None:
    """The log compiles for the CPU of the machine that builds what it did not so compile before."""
    if not old.has_log:
        return None
    before = {source for source, _ in _native_sources(old, platform)}
    found = next(
        (row for source, row in _native_sources(new, platform) if source not in before), None
    )
    if found is None:
        return None
    text = "compiled for the CPU of the machine that built it, as it was not before: it may die"
    return Evidence(found.file, int(found.line_no), f"{text} on another machine ({NATIVE})")


def _native_sources(facts: Facts, platform: str) -> Iterator[tuple[str, Any]]:
    for row in each(facts.on(facts.lines_with(_NATIVE), platform)):
        if _NATIVE_WORD.search(row.text):
            yield from ((source, row) for source in _SOURCE.findall(row.text) or [""])


def other_body(new: Facts, now: Symbol) -> Evidence | None:
    """The program holds the function in another size than the one object that defines it: it was not
    made of that object. Where the linker itself makes or shortens code, or rustc makes it anew of
    bitcode (its LTO), sizes tell nothing."""
    defined = distinct_definitions(new.definitions(now), new.objects)
    held = new.seen(now, "defined")
    held = held[held["is_output"] & (held["type"] == "FUNC") & (held["bind"] != "LOCAL")]
    if len(defined) != 1 or held.empty or defined["type"].iloc[0] != "FUNC":
        return None
    row, app = next(each(defined)), next(each(held))
    own = new.objects[new.objects["file"] == row.file]
    is_plain = not own["is_lto"].any() and not own["arch"].isin(_SHORTENED).any()
    is_object = (own["kind"] == "relocatable").all() and not row.file.endswith(".rlib")
    sizes = int(row.size_bytes), int(app.size_bytes)
    if not (is_plain and is_object and all(sizes)) or sizes[0] == sizes[1]:
        return None
    unit = row.member or PurePath(row.file).name
    text = f"holds {now.name} in {sizes[1]} bytes and {unit} in {sizes[0]}: it is made of another"
    return Evidence(app.file, None, f"{PurePath(app.file).name} {text}")


def doubt_about(
    old: Facts, new: Facts, now: Symbol, failure: Finding | None, *, is_gone: bool = False
) -> Evidence | None:
    """Why the objects do not show a cure, where no good run of the program is on record."""
    wanted = new.seen(now, "wanted")
    defined = distinct_definitions(new.definitions(now), new.objects)
    if is_gone or (wanted.empty and defined.empty):
        if is_respelled(old, new, now):
            return None
        own = new.of_platform(new.objects, now.platform)
        text = "the call is gone; whether that was meant the artefacts do not tell"
        return Evidence(str(own["file"].iloc[0]), None, f"{text}: nothing wants {now.name}")
    if len(defined) != 1 or not old.seen(now, "defined").empty:
        return None
    row = next(each(defined))
    unit = row.member or PurePath(row.file).name
    n_bytes = int(row.size_bytes)
    size = f", in {n_bytes} bytes" if 0 < n_bytes <= STUB_BYTES else ""
    if not was_meant(old, row, now.platform, failure):
        text = f"{unit} is new and defines {now.name}{size}: whether that is the function that was"
        return Evidence(row.file, None, f"{text} meant, or a stub, the artefacts do not tell")
    if size and not had_other_name(old, now, unit):
        text = f"{unit} defines {now.name} now{size}: so short is a stub, or as good as one"
        return Evidence(row.file, None, text)
    return None


def was_meant(old: Facts, row: Any, platform: str, failure: Finding | None) -> bool:
    """Whether the build before speaks of that object, its archive or its source."""
    known = _names(old, platform)
    units = [name for name in (row.member, PurePath(row.file).name) if name]
    if any(name in known for name in units):
        return True
    stems = [stem_of(name) for name in units]
    said = [f"{stem}." for stem in stems]
    told = "" if failure is None else " ".join(
        (failure.claim, *failure.fix, *(item.text for item in failure.evidence))
    )  # fmt: skip
    libraries = [f"-l{stem.removeprefix('lib')}" for stem in stems if stem.startswith("lib")]
    if any(re.search(rf"(?<![\w-]){re.escape(name)}", told) for name in (*said, *libraries)):
        return True
    lines = old.lines_with(said)["text"]
    return any(re.search(rf"(?<![\w-]){re.escape(name)}", text) for text in lines for name in said)


def had_other_name(old: Facts, now: Symbol, unit: str) -> bool:
    """The object defined the function under a name that holds this one, or kept it to itself."""
    rows = old.of_platform(old.symbols, now.platform)
    own = (rows["member"] == unit) | (rows["file"].map(lambda file: PurePath(file).name) == unit)
    rows = rows[own.astype(bool) & rows["is_defined"].astype(bool)]
    return any(now.name in str(name) for name in rows["name"])
