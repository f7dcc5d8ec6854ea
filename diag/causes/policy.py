"""Family D: what linkers forbid: two definitions of a name, names of a version script, lost sections."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, objects_missing
from diag.causes.link_inputs import flags_of
from diag.causes.link_said import about, errors_of, errors_with, said
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.rust_evidence import FILE, are_of_rust, is_one_crate, places_in
from diag.causes.tls_libraries import TLS_NAME, judge_lacking
from diag.causes.wants import Answer, Want, each_want
from diag.knowledge import bounded_section
from diag.schema import each

FAMILY = "policy"
DUPLICATE = "duplicate-definition"
CRATES = "duplicate-native-crate"
TLS_LIBRARY = "tls-library-collision"
RUNTIME = "rust-runtime-duplicated"
SCRIPT = "version-script-undefined-symbol"
START_STOP = "start-stop-gc"
# `libNAME-HASH.rlib`, as cargo names what rustc made of a crate, and the folder of its build script.
_RLIB = re.compile(r"lib(?P<crate>\w+)-(?P<hash>[0-9a-f]{8,16})\.rlib")
_OUT_DIR = re.compile(r"/build/(?P<crate>[\w-]+)-(?P<hash>[0-9a-f]{8,16})/out/")
# Names that a Rust program has once. Source: library/std, alloc and compiler_builtins of rust-lang/rust.
_RUST_RUNTIME = re.compile(
    r"^(?:__rustc::\w+|_R\w*7___rustc\w+|rust_eh_personality|rust_begin_unwind|rust_panic|__rust_(?:alloc|dealloc|realloc|start_panic|drop_panic|foreign_exception)\w*"
    r"|__rdl_\w+|__rg_\w+|_R\w*3std\w*|_ZN3std\d.*|_ZN4core\d.*|_ZN5alloc\d.*)$"
)
_OF_RUSTC = re.compile(r"^(?:__rustc::|_R\w*7___rustc)")  # of these names only rustc makes any
_BUILTINS = re.compile(r"compiler_builtins")
_UNASSIGNED = re.compile(
    r"version script assignment of '?(?P<v>[^' ]+)'? to symbol '?(?P<a>[^' ]+)'? failed|(?P<b>\S+): undefined version: (?P<w>\S+)"
)


# -- duplicate definitions ------------------------------------------------------------------------


def _duplicates(facts: Facts, platform: str) -> pd.DataFrame:
    rows = errors_of(facts, platform)
    return rows[rows["kind"] == "duplicate"]


def _kind_of(facts: Facts, platform: str, row: Any) -> str:
    """Which explanation a duplicate belongs to, by its name and the files of both sides."""
    name = "" if pd.isna(row.symbol) else str(row.symbol)
    text = _both_sides(row)
    files = list(dict.fromkeys(FILE.findall(text)))
    if TLS_NAME.match(name):
        return TLS_LIBRARY if len(_libraries(files)) > 1 else DUPLICATE
    if _RUST_RUNTIME.match(name) or _BUILTINS.search(text):
        return DUPLICATE if _is_twice(facts, platform, name, text) is False else RUNTIME
    return CRATES if len(_crates(text)) > 1 else DUPLICATE


def _is_twice(facts: Facts, platform: str, name: str, text: str) -> bool | None:
    """Whether both sides are Rust's, each with a runtime; None where that is not seen: a C stub of
    such a name is a definition like any other."""
    if len(places_in(text)) < 2 or is_one_crate(facts, platform, text):
        return False
    if _OF_RUSTC.match(name):
        return True
    told = are_of_rust(facts, platform, text)
    has_mark = ".rcgu.o" in text  # one side at least is what rustc packed
    if told is None and not has_mark and len(_libraries(FILE.findall(text))) > 1:
        return True
    return told


def _both_sides(row: Any) -> str:
    """The message with the file that GNU ld names in the line before."""
    name = "" if pd.isna(row.object) else str(row.object)
    if name in row.detail_text:
        return f"{row.detail_text} "
    member = row.member if isinstance(row.member, str) and row.member else ""
    return f"{row.detail_text} {name}{f'({member})' if member else ''}"


def _crates(text: str) -> list[str]:
    """The crates that a message names, each with the beginning of its hash."""
    found = [*map(list, (_RLIB.findall(text), _OUT_DIR.findall(text)))]
    more = max(found, key=lambda pairs: len(set(pairs)))
    if len(set(more)) < 2:  # one of each kind: two crates only where their names differ
        more = list(
            {name.replace("-", "_"): (name, own) for f in found for name, own in f}.values()
        )
    return list(dict.fromkeys(f"{name}-{own[:8]}" for name, own in more))


def _libraries(files: Iterable[str]) -> set[str]:
    """The archives and libraries among the files that a message names."""
    names = {re.sub(r"\(.*", "", file) for file in files}
    return {name for name in names if not name.endswith(".o")}


def judge_duplicates(cause: str) -> Any:
    """A judge of the duplicates that belong to that explanation, one finding a platform."""

    def judge(facts: Facts) -> Iterator[Finding]:
        for platform in facts.judged:
            rows = _duplicates(facts, platform).head(2000)
            kinds = [_kind_of(facts, platform, row) == cause for row in each(rows)]
            own = rows[pd.Series(kinds, index=rows.index, dtype=bool)]
            sure = _sure(facts, platform, own) if cause == RUNTIME else own
            own = sure if len(sure) else own
            if len(own):
                names = [str(name) for name in own["symbol"].dropna()]
                evidence = [*said(own, 6), *_definers(facts, platform, names[:1])]
                answer = Answer("supported", evidence, claim=_claim(cause, own))
                if not len(sure):
                    answer = Answer("untestable", evidence, (_sides_missing(names[0]),))
                yield about(facts, FAMILY, cause, platform, names, answer)

    return judge


def _sure(facts: Facts, platform: str, rows: pd.DataFrame) -> pd.DataFrame:
    """Those of which it is seen that both sides are Rust's."""
    told = [bool(_is_twice(facts, platform, str(r.symbol), _both_sides(r))) for r in each(rows)]
    return rows[pd.Series(told, index=rows.index, dtype=bool)]


def _sides_missing(name: str) -> Missing:
    return Missing(
        f"the files that define {name}",
        "two of rustc's are two runtimes; one of C beside one of Rust is a name defined twice",
        (
            "readelf -p .comment FILE  # rustc writes its version there",
            *objects_missing("").how[:1],
        ),
    )


def _claim(cause: str, rows: pd.DataFrame) -> str:
    """Names the two crates where the linker does."""
    if cause != CRATES:
        return ""
    crates = _crates(_both_sides(next(each(rows))))
    return f"{' and '.join(crates)} each bring the same native code: both define the symbol."


def _definers(facts: Facts, platform: str, names: list[str]) -> list[Evidence]:
    rows = facts.sightings[
        facts.sightings["name"].isin(names) & (facts.sightings["role"] == "defined")
    ]
    rows = rows[(rows["platform"] == platform) & ~rows["is_output"] & (rows["bind"] != "LOCAL")]
    once = rows.drop_duplicates(["file", "member"]).head(2)
    return [Evidence.of_unit(r, f"defines {r.name}") for r in each(once)]


def judge_tls_library(facts: Facts) -> Iterator[Finding]:
    """tls-library-collision: both define a name, or one answers for the other and lacks a name."""
    yield from judge_duplicates(TLS_LIBRARY)(facts)
    yield from each_want(FAMILY, TLS_LIBRARY, judge_lacking)(facts)


# -- version-script-undefined-symbol --------------------------------------------------------------


def judge_script(facts: Facts) -> Iterator[Finding]:
    """version-script-undefined-symbol: the linker names the symbol that the script lists in vain."""
    for platform in facts.judged:
        rows = errors_with(facts, platform, _UNASSIGNED)
        if len(rows):
            found = (_UNASSIGNED.search(str(text)) for text in rows["detail_text"])
            names = [m["a"] or m["b"] for m in found if m is not None]
            yield about(facts, FAMILY, SCRIPT, platform, names, Answer("supported", said(rows)))


# -- start-stop-gc --------------------------------------------------------------------------------


def judge_start_stop(facts: Facts, want: Want) -> Answer | None:
    """start-stop-gc: the section exists in an input, and the linker took it away."""
    symbol = want.symbol
    section = bounded_section(symbol.name)
    if section is None or not re.fullmatch(r"[A-Za-z_]\w*", section):
        return None
    evidence = [*facts.reference_evidence(symbol)[:2]]
    evidence += [e for word, e in flags_of(facts, symbol.platform).items() if "gc" in word][:2]
    if not facts.has_objects(symbol.platform):
        return Answer("untestable", evidence, (_section_missing(section),))
    holders = _holders(facts, symbol.platform, section)
    if holders:
        return Answer("supported", [*evidence, *holders], fix=_fix(section))
    if want.is_all_read:
        return Answer("refuted", [*evidence, *_no_section(facts, symbol.platform, section)])
    return Answer("untestable", evidence, (_section_missing(section),))


def _holders(facts: Facts, platform: str, section: str) -> list[Evidence]:
    rows = facts.of_platform(facts.details, platform)
    rows = rows[(rows["kind"] == "section") & (rows["name"] == section)]
    outputs = set(facts.objects.loc[facts.objects["kind"] == "executable", "file"])
    rows = rows[~rows["file"].isin(outputs)]
    return [Evidence.of_unit(r, f"has a section {section}") for r in each(rows.head(3))]


def _no_section(facts: Facts, platform: str, section: str) -> list[Evidence]:
    own = facts.of_platform(facts.objects, platform)
    return [
        Evidence(file, None, f"no section {section} in it") for file in own["file"].unique()[:2]
    ]


def _section_missing(section: str) -> Missing:
    return Missing(
        f"the objects that should have a section {section}",
        "with such a section it was collected as garbage; without one nothing defines its bounds",
        (f"readelf -WS *.o | grep {section}", *objects_missing("").how[:1]),
    )


def _fix(section: str) -> tuple[str, ...]:
    return (
        "Link with -Wl,-z,nostart-stop-gc (Rust: -C link-arg=-Wl,-z,nostart-stop-gc): sections stay where their bounds are used.",
        f"Or mark what goes into {section} as kept: __attribute__((retain, used)) in C, #[used(linker)] in Rust.",
    )


CAUSES = (
    Cause(TLS_LIBRARY, FAMILY, "cause", judge_tls_library),
    Cause(RUNTIME, FAMILY, "cause", judge_duplicates(RUNTIME)),
    Cause(CRATES, FAMILY, "cause", judge_duplicates(CRATES), yields_to=(TLS_LIBRARY, RUNTIME)),
    Cause(DUPLICATE, FAMILY, "cause", judge_duplicates(DUPLICATE), yields_to=(TLS_LIBRARY, RUNTIME, CRATES, "tls-mismatch")),
    Cause(SCRIPT, FAMILY, "cause", judge_script),
    Cause(START_STOP, FAMILY, "cause", each_want(FAMILY, START_STOP, judge_start_stop)),
)  # fmt: skip
