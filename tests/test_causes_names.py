"""Causes of names: what each catches, the look-alikes that it must not claim, what leaves it open."""

from __future__ import annotations

from typing import Any

import pytest

from diag.causes.facts import objects_missing
from diag.causes.name_evidence import MAX_EVIDENCE
from tests.facts_builder import AMD64, LOG
from tests.names_frames import (
    COMMAND,
    FORTRAN,
    INLINE,
    LIB,
    LINKAGE,
    MAIN,
    MEMBER,
    RTTI,
    RUST,
    SIGNATURE,
    TEMPLATE,
    VTABLE,
    judge,
    member,
    near,
    status,
    wanted,
)

# cause, wanted, defined, what it says of them
PAIRS = [
    (LINKAGE, "push(int)", "push", "supported"),
    (LINKAGE, "push", "_Z4pushi", "supported"),
    (LINKAGE, "push", "_ZN4Ring4pushEi", "silent"),  # a method: another function
    (LINKAGE, "push", "_ZN2ns4pushEi", "silent"),  # a namespace: it cannot be told
    (LINKAGE, "Ring::push(int)", "push", "silent"),
    (LINKAGE, "int push<int>(int)", "push", "silent"),  # a template has no C name
    (LINKAGE, "push(int)", "Push", "silent"),  # C and C++ mind the case
    (LINKAGE, "push(int)", "push_", "silent"),
    (LINKAGE, "push", "_ZN4ring4push17h0123456789abcdefE", "silent"),  # Rust
    (SIGNATURE, "push(unsigned long)", "_Z4pushj", "supported"),
    (SIGNATURE, "Ring::read() const", "_ZN4Ring4readEv", "supported"),
    (SIGNATURE, "operator<<(std::ostream&, Ring)", "_ZlsRSoRK4Ring", "supported"),
    (SIGNATURE, "Ring::push(int)", "_ZN4Rang4pushEj", "silent"),  # another class
    (SIGNATURE, "push(int)", "push", "silent"),  # another language
    (SIGNATURE, "push(int)", "_Z4pushIiEvT_", "silent"),  # a template
    (SIGNATURE, "load(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)", "_Z4loadRKSs", "silent"),  # the string ABI
    (SIGNATURE, "go(absl::lts_20240116::Time)", "_Z2goN4absl12lts_202308024TimeE", "silent"),
    (SIGNATURE, "draw(Square const&)", "_Z4drawRK6Circle", "untestable"),  # an overload, as it seems
    (SIGNATURE, "draw(Square const&, int)", "_Z4drawRK6Circlel", "supported"),
    (SIGNATURE, "draw(ns::Square*)", "_Z4drawP6Square", "supported"),
    (RUST, "push", "_ZN4ring4push17h0123456789abcdefE", "supported"),
    (RUST, "push", "_RNvCs1234_4ring4push", "supported"),
    (RUST, "push", "_ZN3std4push17h0123456789abcdefE", "silent"),  # Rust's own library
    (RUST, "push", "_RNvXs_C4ringNtB4_3BarNtB4_5Trait4push", "silent"),  # a trait's method
    (RUST, "push", "_ZN4ring4pushEi", "silent"),  # C++
    (TEMPLATE, "double fir<double>(double)", "_Z3firIfET_S0_", "supported"),
    (TEMPLATE, "Stack<double>::push(double)", "_ZN5StackIfE4pushEf", "supported"),
    (TEMPLATE, "double fir<double>(double)", "_Z3fird", "untestable"),  # no instance: the sources
    (TEMPLATE, "fir(double)", "_Z3firIfET_S0_", "silent"),
    (TEMPLATE, "std::vector<int, std::allocator<int> >::at(int)", "_ZNSt6vectorIfSaIfEE2atEi", "silent"),
    (FORTRAN, "relax", "relax_", "untestable"),  # nothing shows that one is Fortran
    (FORTRAN, "relax_", "__solver_MOD_relax", "supported"),
    (FORTRAN, "__solver_MOD_relax", "relax_", "supported"),
    (FORTRAN, "relax", "_Z5relaxv", "silent"),
    (RTTI, "typeinfo for Base", "_ZTV4Base", "supported"),
    (RTTI, "typeinfo for Base", "_ZTV5Other", "untestable"),
    (RTTI, "vtable for Base", "_ZTI4Base", "silent"),
]  # fmt: skip


@pytest.mark.parametrize(("cause", "name", "defined", "expected"), PAIRS)
def test_a_near_definition_is_or_is_not_the_cause(cause: str, name: str, defined: str, expected: str) -> None:  # fmt: skip
    """What differs between the two names decides which cause speaks, if any."""
    assert status(cause, name, near_by=[near(name, defined)]) == expected


@pytest.mark.parametrize("cause", [LINKAGE, SIGNATURE, RUST, TEMPLATE, RTTI])
def test_evidence_names_both_sides(cause: str) -> None:
    """The line of the log, and the member that defines the other name."""
    name, defined = next((n, d) for c, n, d, s in PAIRS if c == cause and s == "supported")
    (finding,) = judge(cause, name, near_by=[near(name, defined)])
    assert (finding.evidence[0].file, finding.evidence[0].line_no) == (LOG, 9)
    assert finding.evidence[1].file == "libring.a"
    assert defined in finding.evidence[1].text
    assert finding.fix


@pytest.mark.parametrize("cause", [LINKAGE, SIGNATURE, TEMPLATE, VTABLE, RTTI, MEMBER])
def test_without_objects_each_names_what_would_decide(cause: str) -> None:
    """The log shows one side only; the same name without its signature does not invite."""
    name = {
        LINKAGE: "push(int)", SIGNATURE: "ns::push(int)", TEMPLATE: "int f<int>(int)",
        VTABLE: "vtable for Base", RTTI: "typeinfo for Base", MEMBER: "Limits::depth",
    }[cause]  # fmt: skip
    (finding,) = judge(cause, name, objects=[], link_commands=[])
    assert finding.status == "untestable"
    assert finding.missing[0].artefact == objects_missing(AMD64).artefact
    assert judge(cause, "push", objects=[], link_commands=[]) == []


def test_a_definition_is_no_business_of_names() -> None:
    """Where the wanted name itself is defined, order or visibility is the matter."""
    own = {**LIB, "name": "push(int)", "role": "defined"}
    assert (
        status(LINKAGE, "push(int)", near_by=[near("push(int)", "push")], sightings=[own])
        == "silent"
    )


def test_a_local_definition_serves_nobody() -> None:
    """A static C function of that name is none that C++ could have meant."""
    assert (
        status(LINKAGE, "push(int)", near_by=[near("push(int)", "push", bind="LOCAL")]) == "silent"
    )


def test_a_cxx_function_with_users_of_its_own_is_left_open() -> None:
    """init() of C++ is called from C++: C's init may be another one, whose source is missing."""
    frames: dict[str, Any] = {"near_by": [near("init", "_Z4initv")]}
    assert status(LINKAGE, "init", **frames) == "supported"
    frames["symbols"] = [{**LIB, "name": "_Z4initv", "is_defined": False, "index": 1}]
    (finding,) = judge(LINKAGE, "init", **frames)
    assert finding.status == "untestable"
    assert "users of its own" in finding.missing[0].why


def test_an_overload_that_others_use_is_left_open() -> None:
    """push(long) is called elsewhere: push(int) may be a second overload without a body."""
    used = {"file": "other.o", "name": "_Z4pushl", "index": 1, "is_defined": False}
    frames = {"near_by": [near("push(int)", "_Z4pushl")], "symbols": [used]}
    (finding,) = judge(SIGNATURE, "push(int)", objects=[MAIN, LIB, {"file": "other.o"}], **frames)
    assert finding.status == "untestable"
    assert "overload" in finding.missing[0].why


def test_fortran_is_seen_by_its_run_time_library_or_its_compiler() -> None:
    """A call of libgfortran in the member, or the log's line that compiles it."""
    names = {"near_by": [near("relax", "relax_")]}
    call = {**LIB, "name": "_gfortran_st_write", "index": 1, "is_defined": False}
    assert status(FORTRAN, "relax", symbols=[call], **names) == "supported"
    line = {"line_no": 1, "kind": "output", "text": "gfortran -O1 -c -o ring.o ring.f90"}
    assert status(FORTRAN, "relax", lines=[line], **names) == "supported"
    other = {**line, "text": "gcc -O1 -c -o ring.o ring.c"}
    assert status(FORTRAN, "relax", lines=[other], **names) == "untestable"


def test_many_names_make_one_finding() -> None:
    """Forty functions without extern "C": one finding, the others covered, evidence bounded."""
    names = [f"push{n}(int)" for n in range(40)]
    pairs = [near(name, name.removesuffix("(int)")) for name in names]
    (finding,) = judge(LINKAGE, *names, near_by=pairs)
    assert finding.symbols == tuple(names)
    assert len(finding.evidence) <= MAX_EVIDENCE
    assert "39 other names" in finding.claim


def test_a_static_member_is_one_of_a_class() -> None:
    """By its spelling or by other symbols of the class; a namespace's variable is left open."""
    assert status(MEMBER, "Limits::depth") == "supported"
    assert status(MEMBER, "limits::depth") == "untestable"
    assert status(MEMBER, "limits::depth", symbols=[member("_ZN6limitsC1Ev")]) == "supported"
    assert status(MEMBER, "Limits::depth()") == "silent"


def test_a_static_member_needs_the_whole_link() -> None:
    """One input that was not read may define it."""
    more = {**COMMAND, "inputs": [*COMMAND["inputs"], ["archive", "libx.a"]]}
    more["words"] = [*COMMAND["words"], "libx.a"]
    assert status(MEMBER, "Limits::depth", link_commands=[more]) == "untestable"
    assert status(MEMBER, "Limits::depth", link_commands=[]) == "untestable"
    lto = [{**MAIN, "is_lto": True}, LIB]
    assert status(MEMBER, "Limits::depth", objects=lto) == "untestable"


def test_a_path_of_rust_is_no_member() -> None:
    """`crate::NAME` looks the same; rustc's objects tell."""
    error = wanted("Ring::DEPTH", object="a.ring.1234-cgu.0.rcgu.o")
    assert status(MEMBER, link_errors=[error]) == "silent"


def test_the_compilers_own_words_decide_on_inline() -> None:
    """Declared inline and never defined: gcc says so, of C and of C++."""
    for name, quoted in (("clamp", "‘clamp’"), ("ns::clamp(int)", "'int ns::clamp(int)'")):
        told = f"a.h:3:12: warning: inline function {quoted} declared but never defined"
        line = {"line_no": 2, "kind": "compiler", "text": told}
        assert status(INLINE, name, lines=[line]) == "supported"
        assert status(INLINE, "other", lines=[line]) == "silent"


def test_an_unoptimised_c_compile_leaves_inline_open() -> None:
    """C at -O0 and nothing defines it: perhaps. With -O2, or of C++: no word of it."""

    def line(text: str) -> dict[str, Any]:
        return {"line_no": 1, "kind": "output", "text": text}

    assert (
        status(INLINE, "clamp", lines=[line("gcc -std=c99 -O0 -c -o main.o main.c")])
        == "untestable"
    )
    assert status(INLINE, "clamp", lines=[line("gcc -std=c99 -O2 -c -o main.o main.c")]) == "silent"
    assert status(INLINE, "clamp", lines=[line("gcc -std=c99 -c main.c")]) == "untestable"
    assert status(INLINE, "clamp", lines=[line("gcc -O2 -c main.c")]) == "silent"
    assert status(INLINE, "clamp", lines=[line("g++ -O0 -c -o main.o main.cpp")]) == "silent"
    assert status(INLINE, "clamp") == "silent"


def test_a_class_that_was_compiled_misses_its_key_function() -> None:
    """A function of the class is there, its vtable is not; without any, the source may be missing."""
    there = member("_ZN4Sink4openEv")
    assert status(VTABLE, "vtable for Sink", symbols=[there]) == "supported"
    assert status(VTABLE, "vtable for Sink", symbols=[{**there, "bind": "WEAK"}]) == "untestable"
    assert status(VTABLE, "vtable for Sink") == "untestable"
    assert status(VTABLE, "vtable for std::exception", symbols=[there]) == "silent"
    lto = [{**MAIN, "is_lto": True}, LIB]
    assert status(VTABLE, "vtable for Sink", symbols=[there], objects=lto) == "untestable"


def test_the_key_function_is_sought_among_what_is_missed() -> None:
    """The destructor that the link misses too is shown beside the table."""
    names = ["vtable for Sink", "Sink::~Sink()"]
    (finding,) = judge(VTABLE, *names, symbols=[member("_ZN4Sink4openEv")])
    assert any("~Sink" in item.text for item in finding.evidence)


def test_type_information_and_vtable_missing_together_is_no_switch() -> None:
    """Then the key function is missing; -fno-rtti would leave the table there."""
    names = ["typeinfo for Sink", "vtable for Sink"]
    (finding,) = judge(RTTI, *names)
    assert finding.status == "refuted"
    assert "vtable for Sink" in finding.evidence[0].text
