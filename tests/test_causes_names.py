"""Causes of names: what each catches, the look-alikes that it must not claim, what leaves it open;
and the toolchain that fixes and requests speak of."""

from __future__ import annotations

from typing import Any

import pytest

from diag.causes import CATALOGUE, explain
from diag.causes.advice import VERBOSE, advised
from diag.causes.facts import Symbol, objects_missing
from diag.causes.link_inputs import command_missing
from diag.causes.model import Finding
from diag.causes.name_evidence import MAX_EVIDENCE, absent
from diag.causes.name_parts import parts_of, unversioned
from diag.causes.toolchain import toolchain
from diag.read.names import demangle
from tests.facts_builder import AMD64, LOG, make_facts

MAIN = {"file": "main.o"}
LIB = {"file": "libring.a", "member": "ring.o"}
COMMAND = {
    "line_no": 3, "driver": "g++", "output": "app",
    "inputs": [["object", "main.o"], ["archive", "libring.a"]],
    "words": ["-o", "app", "main.o", "libring.a"],
}  # fmt: skip


def wanted(name: str, line_no: int = 9, **more: Any) -> dict[str, Any]:
    """The linker's message about a name, as it prints it."""
    text = f"undefined reference to `{name}'"
    shown = name if "(" in name or "::" in name or " " in name else demangle(name)
    spelled = {"demangled": shown} if shown != name or "(" in name or "::" in name else {}
    return {
        "symbol": name,
        "line_no": line_no,
        "object": "main.o",
        "detail_text": text,
        **spelled,
        **more,
    }


def near(name: str, defined: str, **more: Any) -> dict[str, Any]:
    """A definition that resembles a wanted name."""
    return {
        **LIB, "wanted": name, "name": defined, "wanted_text": demangle(name),
        "text": demangle(defined), **more,
    }  # fmt: skip


def judge(
    cause: str, *names: str, near_by: list[dict[str, Any]] | None = None, **frames: Any
) -> list[Finding]:
    """The findings of one cause where a link of two inputs misses these names."""
    given = {
        "objects": [MAIN, LIB], "link_commands": [COMMAND],
        "link_errors": [wanted(name, 9 + n) for n, name in enumerate(names)],
        "near": near_by or [], **frames,
    }  # fmt: skip
    return list(CATALOGUE[cause].judge(make_facts(**given)))


def status(cause: str, *names: str, **frames: Any) -> str:
    """The status of the only finding, or "silent"."""
    found = judge(cause, *names, **frames)
    assert len(found) <= 1
    return found[0].status if found else "silent"


LINKAGE, SIGNATURE = "language-linkage-mismatch", "signature-mismatch"
FORTRAN, RUST = "fortran-name-mismatch", "rust-symbol-mangled"
NATIVE, TEMPLATE = "native-library-not-declared", "template-not-instantiated"
MEMBER, INLINE = "static-member-not-defined", "inline-not-emitted"
VTABLE, RTTI = "vtable-key-function-missing", "rtti-disabled"

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


# -- what is missing altogether ------------------------------------------------------------------


def member(name: str, **more: Any) -> dict[str, Any]:
    """A symbol that the library defines."""
    return {**LIB, "name": name, "index": 1, "is_defined": True, **more}


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


# -- native libraries ----------------------------------------------------------------------------

RCGU = {"object": "player.player.6d83d7cb-cgu.0.rcgu.o"}
CGO = {"object": "/tmp/go-link-1/000001.o", "function": "_cgo_501841aff912_Cfunc_codec_init"}
CODEC = {"file": "libcodec.a", "member": "codec.o", "name": "codec_init", "role": "defined"}
RUSTC = {
    "line_no": 3,
    "driver": "cc",
    "inputs": [["library", "c"]],
    "words": ["-lc"],
    "is_shortened": True,
}


def native(caller: dict[str, Any], **frames: Any) -> str:
    """What native-library-not-declared says where that caller misses codec_init."""
    given = {
        "link_errors": [wanted("codec_init", **caller)],
        "objects": [{"file": "libcodec.a", "member": "codec.o"}],
        "sightings": [CODEC], "link_commands": [RUSTC], **frames,
    }  # fmt: skip
    return status(NATIVE, **given)


def test_a_library_that_is_there_and_not_asked_for() -> None:
    """Rust by its printed command, though shortened; cgo, which prints none, by its flags."""
    assert native(RCGU) == "supported"
    assert native(CGO, link_commands=[]) == "supported"
    flags = {"line_no": 1, "kind": "echo", "text": "CGO_LDFLAGS=-L. -lcodec go build"}
    assert native(CGO, link_commands=[], lines=[flags]) == "untestable"
    assert native(RCGU, link_commands=[]) == "untestable"


@pytest.mark.parametrize(
    "word",
    [["library", "codec"], ["archive", "/src/target/libcodec.a"], ["shared", "libcodec.so.1"]],
)
def test_a_library_on_the_command_is_declared(word: list[str]) -> None:
    """However it is named: then order, machine or visibility is the matter."""
    text = f"-l{word[1]}" if word[0] == "library" else word[1]
    assert native(RCGU, link_commands=[{**RUSTC, "inputs": [word], "words": [text]}]) == "silent"


def test_c_callers_and_crates_that_ask_are_others_business() -> None:
    """C's own forgotten library is object-not-linked; a crate that prints rustc-link-lib refutes."""
    assert native({"object": "main.o"}) == "silent"
    assert native({"object": "libz_sys-0123456789abcdef.rlib", "member": "zlib.o"}) == "silent"
    rlib = {"object": "/t/libplayer-0123456789abcdef.rlib", "member": "player-cgu.0.rcgu.o"}
    asked = {"file": "output", "line_no": 2, "package": "player", "key": "rustc-link-lib", "value": "static=codec"}  # fmt: skip
    files = {"output": AMD64, "libcodec.a": AMD64}
    assert native(rlib, build_script=[asked], platform_of_file=files) == "refuted"
    assert native(RCGU, objects=[], sightings=[]) == "untestable"


# -- parts of names ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "templates", "arguments", "qualifiers"),
    [
        ("int twice<int>(int)", "twice", "<int>", "(int)", ""),
        ("Gauge::read() const", "Gauge::read", "", "()", "const"),
        ("Limits::depth", "Limits::depth", "", None, ""),
        ("(anonymous namespace)::f(int)", "{anonymous}::f", "", "(int)", ""),
        ("operator<<(std::ostream&, Foo const&)", "operator<<", "", "(std::ostream&,Foo const&)", ""),
        ("S& n::operator<< <int>(S&, A<int> const&)", "n::operator<<", "<int>", "(S&,A<int>const&)", ""),
        ("std::vector<int, A<int> >::at(int)", "std::vector::at", "<int,A<int>>", "(int)", ""),
        ("Foo::operator()(int)", "Foo::operator()", "", "(int)", ""),
        ("f[abi:cxx11](int (*)(int))", "f", "", "(int(*)(int))", ""),
    ],
)  # fmt: skip
def test_the_parts_of_a_name(text: str, path: str, templates: str, arguments: str | None, qualifiers: str) -> None:  # fmt: skip
    """Return type, scope, template arguments, list and qualifiers, each in its place."""
    parts = parts_of(text)
    assert parts is not None
    assert (parts.path, parts.templates) == (path, templates)
    assert (parts.arguments, parts.qualifiers) == (arguments, qualifiers)


def test_versions_and_string_abis_are_left_out_of_a_comparison() -> None:
    """Two spellings of one list are equal, whoever demangled them."""
    long = (
        "(std::__cxx11::basic_string<char, std::char_traits<char>, std::allocator<char> > const&)"
    )
    assert unversioned(long) == unversioned("(std::string const&)")
    assert unversioned("(unsigned int)") != unversioned("(unsigned long)")


# -- toolchain and advice ------------------------------------------------------------------------


def line(text: str, line_no: int = 11) -> dict[str, Any]:
    """A line of the log after the linker's message."""
    return {"line_no": line_no, "kind": "output", "text": text}


@pytest.mark.parametrize(
    ("frames", "expected"),
    [
        ({"link_errors": [wanted("x", **RCGU)]}, "cargo"),
        ({"link_errors": [wanted("x", object="libk.a", member="0123456789abcdef-k.o")]}, "cc"),
        ({"link_errors": [wanted("x", **CGO)]}, "go"),
        ({"link_errors": [wanted("x", object="CMakeFiles/app.dir/a.c.o")]}, "cmake"),
        ({"link_errors": [wanted("x", object="bazel-out/k8/bin/_objs/a.o")]}, "bazel"),
        ({"lines": [line("make[1]: *** [Makefile:20: all] Error 1")]}, "make"),
        ({"lines": [line("make[2]: *** [CMakeFiles/app.dir/build.make:97: app] Error 1")]}, "cmake"),
        ({"lines": [line("ninja: build stopped: subcommand failed.")]}, "ninja"),
        ({"lines": [line("make: *** [all] Error 101", 30), line("error: linking with `cc` failed", 8)]}, "cargo"),
        ({"lines": [line("make: *** [all] Error 2", 9000)]}, ""),  # of another link
        ({"env": [{"name": "CC", "line_no": 4, "status": "set", "command": "go", "argv_text": "go build ."}]}, "go"),
        ({}, ""),
    ],
)  # fmt: skip
def test_who_built_what_failed(frames: dict[str, Any], expected: str) -> None:
    """The nearest trace decides, and is kept as evidence."""
    found = toolchain(make_facts(**{"link_errors": [wanted("x")], **frames}), AMD64)
    assert found.name == expected
    assert bool(found.evidence) == bool(expected)


def told(facts: Any, **changes: Any) -> Finding:
    """A finding of native-library-not-declared after advice."""
    symbol = facts.wanted[0]
    finding = CATALOGUE[NATIVE].finding(
        "supported", symbol, missing=(command_missing(symbol), objects_missing(AMD64)), **changes
    )
    return advised(facts, finding, CATALOGUE)


@pytest.mark.parametrize("name", sorted(set(VERBOSE) - {"", "cargo", "cc"}))
def test_cargos_switch_is_told_to_cargo_only(name: str) -> None:
    """Other toolchains print their commands by their own switch."""
    assert "-vv" not in VERBOSE[name]
    assert "log" in VERBOSE[name]


def test_fixes_and_requests_speak_of_the_build_at_hand() -> None:
    """go's own fix and switch; the log as it was given; a fix of the cause's own is kept."""
    facts = make_facts(link_errors=[wanted("x", **CGO, file="logs/my build.log")])
    finding = told(facts)
    assert finding.fix[0] == CATALOGUE[NATIVE].texts.fix_for["go"][0]
    steps = [step for item in finding.missing for step in item.how]
    assert VERBOSE["go"] in steps
    assert f"diag investigate 'logs/my build.log' --objects {AMD64}=out/" in steps
    assert told(facts, fix=("my own",)).fix == ("my own",)
    unknown = told(make_facts(link_errors=[wanted("x")]))
    assert unknown.fix[0] == CATALOGUE[NATIVE].texts.fix[0]


@pytest.mark.parametrize(
    ("text", "folder"),
    [
        ("-- Build files have been written to: /home/me/app/build", "/home/me/app/build"),
        ("make[1]: Entering directory '/srv/app/lib'", "/srv/app/lib"),
        ("make -j4 -C /src", "/src"),
        (
            "(exit status: 101) `/app/target/release/build/x-sys-1/build-script-build`",
            "/app/target",
        ),
        ("make: *** [Makefile:2: app] Error 1", ""),
    ],
)
def test_a_request_for_objects_names_the_folder_that_the_log_tells(text: str, folder: str) -> None:
    """A bare log is asked for that folder; in a container its objects are copied out of it, and the
    copy is not taken from the engine's cache."""
    lines = [{"line_no": 3, "kind": "other", "text": text, "platform": AMD64}]
    frames = {"link_errors": [wanted("x")], "lines": lines}
    missing = objects_missing(AMD64)
    asked = CATALOGUE["object-not-linked"].finding("untestable", Symbol("x", AMD64), (), [missing])
    bare = advised(make_facts(**frames), asked, CATALOGUE).missing[0].how
    assert bare == (f"diag investigate {LOG} --objects {AMD64}={folder or 'out/'}",)
    step = {"step_id": "#9", "stage": "build", "name_text": "RUN x", "instruction": "RUN",
            "status": "error", "is_clipped": False, "line_no": 1, "target_platform": AMD64}  # fmt: skip
    how = "\n".join(advised(make_facts(**frames, steps=[step]), asked, CATALOGUE).missing[0].how)
    assert "--build-arg ATTEMPT=" in how
    assert f"--objects {AMD64}=out/" in how
    if folder == "/app/target":
        assert "target=/app/target ..." in how
    else:
        assert f"cp -r {folder or '.'}/. /kept" in how


# -- diag explain --------------------------------------------------------------------------------


def test_explain_prints_every_word_of_a_cause() -> None:
    """Nothing of the texts is left out but the marks of Markdown."""
    for cause in (NATIVE, INLINE, "kernel-object-not-built"):
        texts = CATALOGUE[cause].texts
        shown = " ".join(explain(cause).split())
        parts = [texts.claim, texts.refutation, texts.experiment, texts.not_cured, *texts.fix]
        parts += [*texts.references, *(step for steps in texts.fix_for.values() for step in steps)]
        assert all(" ".join(part.split()) in shown for part in parts), cause
        assert all(id in shown for id in ("What it looks like", "Why it happens", "See also"))


def test_each_link_of_a_platform_is_asked_for_itself() -> None:
    """That every input of the first link was read tells nothing of the second."""
    second = {
        **COMMAND, "line_no": 20, "words": ["-o", "tool", "main.o", "extra.o"],
        "inputs": [["object", "main.o"], ["object", "extra.o"]],
    }  # fmt: skip
    facts = make_facts(
        link_errors=[wanted("f"), wanted("g", 25)],
        link_commands=[COMMAND, second],
        objects=[MAIN, LIB],
    )
    told, _ = absent(facts, Symbol("f", AMD64))
    _, missing = absent(facts, Symbol("g", AMD64))
    assert [one.line_no for one in told] == [3]
    assert "extra.o" in missing[0].why
