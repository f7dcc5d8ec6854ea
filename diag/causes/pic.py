"""Family D: code that is bound to a place, in an output that may be loaded anywhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, Symbol
from diag.causes.link_inputs import command_evidence, command_missing, is_whole, link_command
from diag.causes.link_said import about, errors_with, said
from diag.causes.model import Cause, Evidence, Finding, Missing
from diag.causes.searched import having
from diag.causes.wants import Answer
from diag.schema import each

FAMILY = "policy"
SHARED = "non-pic-archive-in-shared"
PIE = "non-pic-in-pie"
TEXT = "text-relocation"
_NO_PIC = re.compile(
    r"can not be used when making a (?P<what>shared object|PIE object|PDE object)|cannot be used against "
    r"|requires (?:unsupported )?dynamic (?:\S+ )?reloc|relocation at offset 0x[0-9a-f]+ against symbol .* can not be used"
)
_UNDEFINED = re.compile(r"against undefined (?:hidden|protected|internal) symbol")
_TEXT = re.compile(
    r"can't create dynamic relocation .* in readonly segment|read-only segment has dynamic relocations"
    r"|creating DT_TEXTREL in a .*--fatal|relocation against \S+ in read-only section .*\berror"
)
# The driver takes it for -static, whatever else was asked.
_START_OF_STATIC = re.compile(r"\bcrtbeginT\.o\b")
# A whole address in a read-only section asks for a text relocation; shorter ones are code without PIC.
_ADDRESS = re.compile(r"\b(?:R_X86_64_64|R_AARCH64_ABS64|R_RISCV_64|R_PPC64_ADDR64|R_390_64)\b")
_AMONG_CODE = re.compile(r"referenced by [^;]*\(\.text\b")
_KINDS = {"shared object": "shared", "PIE object": "pie"}


def _rows(facts: Facts, platform: str) -> pd.DataFrame:
    rows = errors_with(facts, platform, _NO_PIC)
    return rows[~having(rows["detail_text"], _UNDEFINED)]


def _output_of(facts: Facts, platform: str, row: Any) -> str:
    """shared or pie: by the linker's words, else by the link command; "" where neither tells."""
    said_so = _NO_PIC.search(row.detail_text)
    if said_so is not None and said_so["what"]:
        return _KINDS.get(said_so["what"], "")
    symbol = "" if pd.isna(row.symbol) else str(row.symbol)
    command = link_command(facts, Symbol(symbol, platform))
    if command is None:
        return ""
    words = {part for word in command.words for part in str(word).removeprefix("-Wl,").split(",")}
    if words & {"-shared", "--shared", "-Bshareable", "-dynamiclib"}:
        return "shared"
    return "pie" if is_whole(command) and "-no-pie" not in words else ""


def _is_text(row: Any) -> bool:
    """mold's words for a text relocation, and lld's, are those for code without PIC. What a compiler
    makes without PIC may hold a whole address among its constants, and none among its instructions.
    """
    if not _ADDRESS.search(row.detail_text):
        return False
    return row.linker == "mold" or bool(_AMONG_CODE.search(row.detail_text))


def judge_shared(facts: Facts) -> Iterator[Finding]:
    """non-pic-archive-in-shared."""
    yield from _judge(facts, SHARED, "shared")


def judge_pie(facts: Facts) -> Iterator[Finding]:
    """non-pic-in-pie."""
    yield from _judge(facts, PIE, "pie")


def _judge(facts: Facts, cause: str, output: str) -> Iterator[Finding]:
    for platform in facts.judged:
        rows = [r for r in each(_rows(facts, platform)) if not _is_text(r)]
        kinds = [_output_of(facts, platform, r) for r in rows]
        own = [r for r, kind in zip(rows, kinds, strict=True) if kind == output]
        open_rows = [r for r, kind in zip(rows, kinds, strict=True) if kind == ""]
        if own:
            command = link_command(facts, Symbol("", platform))
            evidence = _said(own, 4) + _objects(facts, platform, own)
            evidence += (
                [command_evidence(command, "the link command")] if command is not None else []
            )
            answer = _contradiction(own, evidence) if output == "shared" else None
            answer = answer or Answer("supported", evidence)
            yield about(facts, FAMILY, cause, platform, _names(own), answer)
        elif open_rows:
            missing = (command_missing(Symbol("", platform)),)
            answer = Answer("untestable", _said(open_rows, 3), missing)
            yield about(facts, FAMILY, cause, platform, _names(open_rows), answer)


def _contradiction(rows: list[Any], evidence: list[Evidence]) -> Answer | None:
    """The start file of static programs in a shared library: no archive's code is at fault."""
    if not all(_START_OF_STATIC.search(f"{r.object} {r.detail_text}") for r in rows):
        return None
    missing = Missing(
        "which of the two was meant, a shared library or a static program",
        "the link asks for both (-static and -shared): the driver then takes the start file of static programs, "
        "crtbeginT.o, which cannot stand in a shared library. Compiling anything again does not help",
        ("# a shared library: take -static away (-static-libgcc and -Wl,-Bstatic -lX -Wl,-Bdynamic stay possible)",
         "# a static program: take -shared away; one that is loaded anywhere: -static-pie"),
    )  # fmt: skip
    claim = "The link asks for a static program and for a shared library at once."
    return Answer("untestable", evidence, (missing,), claim=claim)


def _said(rows: list[Any], limit: int) -> list[Evidence]:
    return said(pd.DataFrame(rows).head(50), limit)


def _names(rows: list[Any]) -> list[str]:
    return [str(r.symbol) for r in rows if not pd.isna(r.symbol)]


def _objects(facts: Facts, platform: str, rows: list[Any]) -> list[Evidence]:
    """The members that the linker names, where they were given: built without PIC."""
    named = {str(r.member) for r in rows if not pd.isna(r.member)}
    own = facts.of_platform(facts.objects, platform)
    own = own[own["member"].isin(named) & (own["is_pic"] == False).fillna(False).astype(bool)]  # noqa: E712
    return [
        Evidence(r.file, None, f"{r.member} is not position-independent") for r in each(own.head(2))
    ]


def judge_text(facts: Facts) -> Iterator[Finding]:
    """text-relocation: an address in a read-only section that only the loader can know."""
    for platform in facts.judged:
        rows = errors_with(facts, platform, _TEXT)
        by_mold = [r for r in each(_rows(facts, platform)) if _is_text(r)]
        if rows.empty and not by_mold:
            continue
        evidence = said(rows) + (_said(by_mold, 3) if by_mold else [])
        names = [str(name) for name in rows["symbol"].dropna()] + _names(by_mold)
        yield about(facts, FAMILY, TEXT, platform, names, Answer("supported", evidence))


CAUSES = (
    Cause(PIE, FAMILY, "cause", judge_pie),
    Cause(SHARED, FAMILY, "cause", judge_shared, yields_to=(PIE,)),
    Cause(TEXT, FAMILY, "cause", judge_text, telling=("in read-only section",)),
)  # fmt: skip
