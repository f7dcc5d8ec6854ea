"""With a log alone, what is listed as undecided is invited by something in the log."""

from __future__ import annotations

import pytest

import diag
from diag.causes.invites import is_kernel_name

MESSAGE = """\
/usr/bin/ld: {user}: in function `main':
main.c:(.text+0x1c): undefined reference to `{name}'
collect2: error: ld returned 1 exit status
"""
# What may always be so, whatever the log shows of the link.
ALWAYS = {"object-not-linked", "definition-not-found"}


def listed(tmp_path, commands: str, name: str, user: str = "main.o") -> set[str]:
    """What is undecided about a C program that wants the name, after these commands."""
    log = tmp_path / "build.log"
    log.write_text(commands + MESSAGE.format(name=name, user=user))
    found = diag.Case(log=str(log)).diagnose().findings
    return {finding.cause for finding in found if finding.status == "untestable"}


@pytest.mark.parametrize("prompt", ["", "$ ", "+ "])
def test_a_plain_c_program_that_lacks_a_library_leaves_nothing_open(tmp_path, prompt):
    """`inflateInit2_` is zlib's, the link names no zlib; neither a kernel nor RUSTFLAGS come into it."""
    commands = f"{prompt}gcc -O2 -c main.c -o main.o\n{prompt}gcc main.o -o app\n"
    assert listed(tmp_path, commands, "inflateInit2_") == set()


@pytest.mark.parametrize(
    ("link", "user"),
    [("gcc main.o -o app -lm", "main.o"), ("gcc main.c -o app", "/tmp/ccAb1Cd2.o")],
)
def test_one_object_alone_has_no_order_and_nothing_that_hides(tmp_path, link, user):
    """The system's own libraries define no name of a project's."""
    assert listed(tmp_path, f"{link}\n", "frobnicate", user) == ALWAYS


def test_another_object_may_keep_it_and_a_library_may_stand_too_early(tmp_path):
    """Each candidate comes with what is on the link."""
    beside = listed(tmp_path, "gcc main.o util.o -o app\n", "frobnicate")
    assert beside >= {*ALWAYS, "symbol-hidden"}
    assert "static-link-order" not in beside
    library = listed(tmp_path, "gcc -L. -lfrob main.o -o app\n", "frobnicate")
    assert library >= {*ALWAYS, "symbol-hidden", "static-link-order"}


def test_a_link_that_is_not_shown_leaves_all_of_them_open(tmp_path):
    """What the linker was given is not known: no candidate is ruled out."""
    found = listed(tmp_path, "[100%] Linking C executable app\n", "frobnicate")
    assert found >= {*ALWAYS, "symbol-hidden", "static-link-order"}


@pytest.mark.parametrize(
    ("compile", "cause"),
    [
        ("g++ -O1 -c -o part.o part.cc", "language-linkage-mismatch"),
        ("gfortran -O1 -c -o part.o part.f90", "fortran-name-mismatch"),
        ("rustc --crate-type lib --emit obj -o part.o part.rs", "rust-symbol-mangled"),
    ],
)
def test_a_part_in_another_language_may_have_it_under_its_own_name(tmp_path, compile, cause):
    """The compile line of another input tells its language."""
    link = "gcc main.o part.o -o app\n"
    assert cause in listed(tmp_path, f"{compile}\n{link}", "frobnicate")
    assert cause not in listed(tmp_path, f"gcc -c -o part.o part.c\n{link}", "frobnicate")
    assert cause not in listed(tmp_path, f"{compile}\n{link}", "crc32")


@pytest.mark.parametrize("library", ["libtoken.a", "-L. -ltoken"])
def test_an_archive_of_another_language_may_have_it_mangled(tmp_path, library):
    """rustc makes an archive by itself; `ar` tells its objects, and their compiles the language."""
    commands = f"rustc --crate-type staticlib -o libtoken.a token.rs\ngcc -o app main.o {library}\n"
    assert "rust-symbol-mangled" in listed(tmp_path, commands, "frobnicate")
    compiles = "g++ -c -o token.o token.cc\nar rcs libtoken.a token.o\n"
    commands = f"{compiles}gcc -o app main.o {library}\n"
    assert "language-linkage-mismatch" in listed(tmp_path, commands, "frobnicate")


def test_an_inline_function_of_c_may_have_no_body_where_nothing_is_optimised(tmp_path):
    """C99's `inline` is called for real without -O alone."""
    for switch, is_open in (("", True), ("-O0", True), ("-O2", False)):
        commands = f"gcc {switch} -c -o main.o main.c\ngcc main.o -o app\n"
        assert ("inline-not-emitted" in listed(tmp_path, commands, "clamp")) == is_open, switch


def test_a_string_of_either_abi_invites_the_other(tmp_path):
    """`std::string` is how demanglers write the old one."""
    for name in ("Node::add(std::string&)", "Node::add(std::__cxx11::basic_string<char>&)"):
        assert "cxx11-abi-mismatch" in listed(tmp_path, "g++ main.o node.o -o app\n", name)
    assert "cxx11-abi-mismatch" not in listed(
        tmp_path, "g++ main.o node.o -o app\n", "Node::add(int)"
    )


@pytest.mark.parametrize(
    ("link", "is_open"),
    [("-lmid", True), ("libmid.so", True), ("mid.o -lm", False), ("-static -lmid", False)],
)
def test_behind_a_shared_library_may_be_another_one(tmp_path, link, is_open):
    """GNU ld says so by itself; the other linkers only name what is undefined."""
    log = tmp_path / "build.log"
    said = "ld.lld: error: undefined symbol: seed\n>>> referenced by main.c\n>>>   main.o:(main)\n"
    log.write_text(f"clang -fuse-ld=lld -o app main.o {link}\n{said}")
    verdict = diag.Case(log=str(log)).diagnose()
    assert ("transitive-dso-missing" in verdict) == is_open


@pytest.mark.parametrize(
    ("name", "is_kernel"),
    [
        ("dot_f32_avx512", True),
        ("crc32_armv8", True),
        ("crc32_sse42", True),
        ("crc32", False),
        ("my_crc32_update", False),
        ("fma", False),
        ("png_riffle_palette_neon", True),  # libpng's own, where it is built; nobody else's to call
        ("png_riffle_crc32", False),
        ("frobnicate", False),
    ],
)
def test_an_algorithms_name_alone_is_no_kernels(name, is_kernel):
    """`crc32` is a checksum first and an instruction of Arm's second; `fma` is libm's."""
    assert is_kernel_name(name) == is_kernel
