"""Family C, C++ names: the same function under two versions of one type or namespace."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pandas as pd

from diag.causes.facts import Facts, clip, objects_missing
from diag.causes.model import Cause, Evidence, Finding, Missing, Status
from diag.causes.name_evidence import source_missing
from diag.causes.named import Named, group_finding, pick, wanted_on
from diag.causes.once import asked_once
from diag.causes.origins import compilers_of
from diag.causes.runtime_cxx import is_cxx_name
from diag.causes.searched import having
from diag.schema import each

FAMILY = "cxx"
CXX11 = "cxx11-abi-mismatch"
NAMESPACE = "inline-namespace-version-mismatch"
MAX_TEXT = 4000  # of a demangled name; longer ones are templates that nobody compares by eye
_SHORT = (
    ("std::basic_string<char,std::char_traits<char>,std::allocator<char>>", "std::string"),
    ("std::basic_ostream<char,std::char_traits<char>>", "std::ostream"),
    ("std::basic_istream<char,std::char_traits<char>>", "std::istream"),
    ("std::basic_iostream<char,std::char_traits<char>>", "std::iostream"),
)
# Namespaces that libraries open inline, to keep two versions apart: Abseil's lts_20240116, fmt's v10, libc++'s __1,
# Android's __ndk1, libstdc++'s _V2 and __8, and what projects make of their own version (icu_72, foo_3_1).
_TAG = re.compile(
    r"\b(?:lts_\d+|v\d+(?:_\d+)*|__\d+|__ndk\d+|_V\d+|__cxx11|(?:inline_|abi_)?[A-Za-z]*_?v?\d+(?:_\d+)*)::"
)
# Of these the spellings that nothing but a version has: `sha256` and `utf8` have a number as well.
_SURELY_VERSION = re.compile(
    r"lts_\d+|v\d+(?:_\d+)*|__\d+|__ndk\d+|_V\d+|__cxx11|(?:inline_|abi_)?[A-Za-z]*_v?\d+(?:_\d+)*|"
)
_OLD_STRING = re.compile(r"\bstd::(?:string\b|basic_string<char)")


def _without_space(text: str) -> str:
    return text[:MAX_TEXT].replace(" ", "")


def _of_old_abi(text: str) -> str:
    """The name as it would read without the new ABI of GCC 5."""
    plain = _without_space(text).replace("[abi:cxx11]", "").replace("std::__cxx11::", "std::")
    return _abbreviated(plain)


def _abbreviated(plain: str) -> str:
    for long, short in _SHORT:
        plain = plain.replace(long, short)
    return plain


def is_of_new_abi(text: str) -> bool:
    """The name holds a type of the new ABI of GCC 5, or its tag."""
    return "__cxx11" in text or "[abi:cxx11]" in text


def differs_by_abi(wanted: str, defined: str) -> bool:
    """Both are one function, once with std::__cxx11 and once without."""
    if is_of_new_abi(wanted) == is_of_new_abi(defined):
        return False
    return _of_old_abi(wanted) == _of_old_abi(defined)


def differing_tags(wanted: str, defined: str) -> tuple[str, str] | None:
    """The versions of an inline namespace under which both know one function; None where they
    differ in more than that, or in nothing. "" for a side that has none."""
    own, other = _without_space(wanted), _without_space(defined)
    if own == other or _untagged(own) != _untagged(other):
        return None
    pair = _tags(own), _tags(other)
    if set(pair[0]) | set(pair[1]) <= {"__cxx11"}:
        return None
    first = next((one for one in pair[0] if one not in pair[1]), "")
    second = next((one for one in pair[1] if one not in pair[0]), "")
    return (first, second) if first or second else None


def _untagged(plain: str) -> str:
    return _abbreviated(_TAG.sub("", plain))


def _tags(plain: str) -> list[str]:
    return [found.removesuffix("::") for found in _TAG.findall(plain)]


def judge_cxx11(facts: Facts) -> Iterator[Finding]:
    """cxx11-abi-mismatch: decided where both sides are at hand."""
    for platform in facts.judged:
        pairs = list(_pairs(facts, platform, differs_by_abi))
        if pairs:
            names = _distinct(named for named, _ in pairs)
            evidence = [_defined(row) for _, row in pairs][:4] + compilers_of(facts, names)
            yield group_finding(facts, FAMILY, CXX11, "supported", names, evidence)
        else:
            yield from _without_objects(facts, platform, CXX11, _is_of_two_abis)


def _is_of_two_abis(text: str) -> bool:
    """A name with a type that libstdc++ has twice. `std::string` alone is the old ABI's: the new one
    is written out, as `std::__cxx11::basic_string<...>`."""
    return is_of_new_abi(text) or "cxx11" in text or bool(_OLD_STRING.search(text[:MAX_TEXT]))


def judge_namespace(facts: Facts) -> Iterator[Finding]:
    """inline-namespace-version-mismatch: decided where both sides are at hand."""
    for platform in facts.judged:
        pairs = list(
            _pairs(facts, platform, lambda own, other: differing_tags(own, other) is not None)
        )
        if pairs:
            yield from _of_versions(facts, pairs)
        else:
            yield from _without_objects(facts, platform, NAMESPACE, _is_tagged)


def _of_versions(facts: Facts, pairs: list[tuple[Named, Any]]) -> Iterator[Finding]:
    """The names that two versions tell apart, and left open those that two things of one kind may."""
    open_pairs = [pair for pair in pairs if _may_be_two(facts, pair[1])]
    sure = [pair for pair in pairs if pair not in open_pairs]
    groups: tuple[tuple[Status, list[tuple[Named, Any]]], ...]
    groups = (("supported", sure), ("untestable", open_pairs))
    for status, found in groups:
        if not found:
            continue
        names = _distinct(named for named, _ in found)
        row = found[0][1]
        tags = differing_tags(row.wanted_text, row.text) or ("", "")
        claim = f"Both sides know it under different versions of an inline namespace: {tags[0] or 'none'} is wanted, {tags[1] or 'none'} is defined."
        missing = () if status == "supported" else (_declaration_missing(names[0], tags),)
        evidence = [_defined(row) for _, row in found][:4]
        yield group_finding(facts, FAMILY, NAMESPACE, status, names, evidence, missing, claim=claim)


def _declaration_missing(named: Named, tags: tuple[str, str]) -> Missing:
    shown = " and ".join(tag for tag in tags if tag)
    why = f"whether {shown} is opened by `inline namespace` or a macro, or names two things that exist side by side"
    words = "|".join(tag for tag in tags if tag)
    return source_missing(named.symbol, why, f"-wE 'namespace +({words})'")


def _may_be_two(facts: Facts, row: Any) -> bool:
    """Nothing but the number speaks of versions, or other functions of the wanted one are defined here."""
    tags = differing_tags(row.wanted_text, row.text) or ("", "")
    if not all(map(_SURELY_VERSION.fullmatch, tags)):
        return True
    head, tag, _ = row.wanted_text.partition("(")[0].partition(f"{tags[0]}::")
    scopes = [*head.split("::")[:-1], tags[0]] if tags[0] and tag else []
    if not scopes or not all(map(str.isidentifier, scopes)):
        return False
    mangled = "".join(f"{len(scope)}{scope}" for scope in scopes)
    return bool(having(_strong_names(facts), rf"^_ZNK?{mangled}").any())


@asked_once
def _strong_names(facts: Facts) -> pd.Series:
    """What is defined here and by no header: those define weakly, on either side."""
    rows = facts.symbols[facts.symbols["is_defined"].astype(bool)]
    return rows.loc[rows["bind"] == "GLOBAL", "name"]


def _without_objects(
    facts: Facts, platform: str, cause: str, is_invited: Callable[[str], bool]
) -> Iterator[Finding]:
    """Undecided where only the log is there, for names that invite it and are not the runtime's."""
    if facts.has_objects(platform):
        return
    names = pick(wanted_on(facts, platform), is_invited)
    names = [named for named in names if not any(is_cxx_name(raw) for raw in named.raw)]
    if names:
        missing = (objects_missing(platform),)
        yield group_finding(facts, FAMILY, cause, "untestable", names, (), missing)


def _is_tagged(raw: str) -> bool:
    """A name with a version in its namespace, as Abseil and fmt have them."""
    return bool(re.search(r"\blts_\d{8}::|\b[a-z]\w*::v\d+::|12lts_\d{8}|3fmt2v\d", raw[:MAX_TEXT]))


def _pairs(
    facts: Facts, platform: str, is_pair: Callable[[str, str], bool]
) -> Iterator[tuple[Named, Any]]:
    """Wanted names beside definitions that differ in just that."""
    rows = facts.near[facts.near["platform"] == platform]
    if rows.empty:
        return
    by_name: dict[str, Named] = {}
    for named in wanted_on(facts, platform):
        for name in (*named.raw, named.symbol.name):
            by_name.setdefault(name, named)
    for row in each(rows[(rows["bind"] != "LOCAL") & rows["wanted"].isin(list(by_name))]):
        if is_pair(row.wanted_text, row.text):
            yield by_name[row.wanted], row


def _distinct(names: Iterable[Named]) -> list[Named]:
    return list({named.symbol.name: named for named in names}.values())


def _defined(row: Any) -> Evidence:
    return Evidence(
        row.file, None, clip(f"{row.member or 'the file itself'} defines {row.name}: {row.text}")
    )


CAUSES = (
    Cause(CXX11, FAMILY, "cause", judge_cxx11),
    Cause(NAMESPACE, FAMILY, "cause", judge_namespace),
)
