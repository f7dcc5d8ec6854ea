"""Causes of a wrong machine: what each linker's words decide, and the look-alikes beside them."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.model import Finding
from tests.facts_builder import DOCKERFILE, LOG, make_facts

ARM64 = "linux/arm64"
WRONG = {"platform": ARM64, "kind": "wrong_arch", "line_no": 9}
OWN = {**WRONG, "object": "/src/target/aarch64-unknown-linux-gnu/release/deps/app.1.rcgu.o"}
MEMBER = {**WRONG, "object": "vendor/libcodec.a", "member": "mix.o"}
CROSS = {
    "platform": ARM64,
    "line_no": 8,
    "driver": "aarch64-linux-gnu-gcc",
    "inputs": [["object", "main.o"], ["archive", "vendor/libcodec.a"]],
}
EM_OWN = "app.1.rcgu.o: Relocations in generic ELF (EM: 183)"
EM_HOST = "vendor/libcodec.a(mix.o): Relocations in generic ELF (EM: 62)"


def judge(cause: str, **frames: object) -> list[Finding]:
    """The findings of one cause on facts of these rows."""
    return list(CATALOGUE[cause].judge(make_facts(platforms=(ARM64,), **frames)))  # type: ignore[arg-type]


def said(linker: str, text: str, **row: object) -> dict[str, object]:
    return {**OWN, **row, "linker": linker, "detail_text": text}


@pytest.mark.parametrize(
    ("linker", "text"),
    [
        ("ld.bfd", EM_OWN),
        ("ld.bfd", "app.1.rcgu.o: relocations in generic ELF (EM: 183)"),
        ("gold", "app.1.rcgu.o: unsupported ELF machine number 183"),
        ("lld", "app.1.rcgu.o is incompatible with elf64-x86-64"),
        ("lld", "app.1.rcgu.o is incompatible with elf_x86_64"),
        ("mold", "app.1.rcgu.o: incompatible file type: x86_64 is expected but got arm64"),
    ],
)
def test_every_linkers_refusal_of_the_targets_own_object_is_its_linker(linker, text):
    """The number or name is the target's, on the project's own object: the log decides."""
    (finding,) = judge("target-linker-not-set", link_errors=[said(linker, text)])
    assert (finding.status, finding.platform) == ("supported", ARM64)
    assert (finding.evidence[0].file, finding.evidence[0].line_no) == (LOG, 9)
    assert any("CARGO_TARGET_AARCH64_UNKNOWN_LINUX_GNU_LINKER" in step for step in finding.fix)


def test_the_hosts_number_on_an_own_object_is_no_missing_linker():
    """A cross linker that refuses an x86 object is the right linker."""
    row = said("ld.bfd", "main.o: Relocations in generic ELF (EM: 62)", object="main.o")
    assert [f.status for f in judge("target-linker-not-set", link_errors=[row], link_commands=[CROSS])] == ["refuted"]  # fmt: skip


def test_an_archive_alone_leaves_the_linker_open():
    """An archive of the target that a host linker refuses: the link itself may be for the host."""
    row = {**MEMBER, "linker": "ld.bfd", "detail_text": EM_HOST.replace("62", "183")}
    (finding,) = judge("target-linker-not-set", link_errors=[row])
    assert (finding.status, bool(finding.missing)) == ("untestable", True)


def test_a_foreign_member_of_a_vendored_archive_came_ready_made():
    """Its folder holds what nobody compiles here."""
    row = {
        **MEMBER,
        "object": "/go/pkg/mod/x@v1/libcodec.a",
        "linker": "ld.bfd",
        "detail_text": EM_HOST,
    }
    assert judge("wrong-arch-prebuilt-archive", link_errors=[row])[0].status == "supported"
    assert judge("wrong-cc-for-c-deps", link_errors=[row]) == []


def test_a_member_that_this_log_compiles_by_plain_gcc_is_the_wrong_compiler():
    """The compile line decides between the two, both ways."""
    compiled = {
        "platform": ARM64,
        "line_no": 3,
        "kind": "output",
        "text": "gcc -O2 -c -o mix.o mix.c",
    }
    frames = {
        "link_errors": [{**MEMBER, "linker": "ld.bfd", "detail_text": EM_HOST}],
        "lines": [compiled],
    }
    (finding,) = judge("wrong-cc-for-c-deps", **frames)
    assert (finding.status, finding.evidence[0].line_no) == ("supported", 3)
    assert judge("wrong-arch-prebuilt-archive", **frames)[0].status == "refuted"


def test_a_switch_for_the_other_class_is_no_wrong_compiler():
    """`gcc -m32` is the target's compiler, told to build something else."""
    text = "gcc -m32 -c -o mix.o mix.c"
    lines = [{"platform": ARM64, "line_no": 3, "kind": "output", "text": text}]
    row = {**MEMBER, "linker": "ld.bfd", "detail_text": EM_HOST}
    assert judge("wrong-cc-for-c-deps", link_errors=[row], lines=lines) == []


def test_the_cc_crates_bare_cc_is_the_wrong_compiler():
    """CC=gcc was taken for a TARGET that is not the HOST, in a build script's own archive."""
    texts = ['TARGET = Some("aarch64-unknown-linux-gnu")', 'HOST = Some("x86_64-unknown-linux-gnu")', 'CC = Some("gcc")']  # fmt: skip
    lines = [
        {"platform": ARM64, "line_no": n, "kind": "output", "text": t}
        for n, t in enumerate(texts, 1)
    ]
    row = {**MEMBER, "linker": "ld.bfd", "detail_text": EM_HOST}
    row["object"] = (
        "/src/target/aarch64-unknown-linux-gnu/release/build/z-0123456789abcdef/out/libz.a"
    )
    (finding,) = judge("wrong-cc-for-c-deps", link_errors=[row], lines=lines)
    assert (finding.status, finding.evidence[0].line_no) == ("supported", 3)


@pytest.mark.parametrize(
    "text",
    [
        "gcc_arm64.S:28: Error: no such instruction: `stp x29,x30,[sp,'",
        "gcc: error: unrecognized command-line option '-marm'; did you mean '-mabm'?",
    ],
)
def test_cgo_is_told_by_what_the_c_compiler_refuses(text):
    """In a Go build; its switch without the package's header is left open, and without Go it is none."""
    header = {"platform": ARM64, "line_no": 1, "kind": "output", "text": "# runtime/cgo"}
    line = {"platform": ARM64, "line_no": 2, "kind": "compiler", "text": text}
    assert judge("cgo-cc-not-cross", lines=[header, line])[0].status == "supported"
    if "-marm" in text:
        called = {**header, "text": "CGO_ENABLED=1 GOARCH=arm go build ./..."}
        assert judge("cgo-cc-not-cross", lines=[called, line])[0].status == "untestable"
        assert judge("cgo-cc-not-cross", lines=[{**header, "text": "cargo: CC=gcc"}, line]) == []


def test_a_hosts_library_that_was_passed_over_and_is_missed():
    """Its folder names the machine; without `cannot find` the note is harmless."""
    note = {"platform": ARM64, "line_no": 4, "kind": "linker",
            "text": "ld: skipping incompatible /usr/lib/x86_64-linux-gnu/libssl.so when searching for -lssl"}  # fmt: skip
    missed = {
        **WRONG,
        "kind": "library_not_found",
        "object": "-lssl",
        "detail_text": "cannot find -lssl",
    }
    cause = "cross-pkgconfig-host-library"
    assert judge(cause, lines=[note], link_errors=[missed])[0].status == "supported"
    assert judge(cause, lines=[note], link_errors=[{**missed, "object": "-lzz"}]) == []


@pytest.mark.parametrize(
    "folder",
    ["gcc/x86_64-linux-gnu/12", "gcc-cross/x86_64-linux-gnu/9", "gcc/x86_64-redhat-linux/13/32"],
)
def test_a_compilers_own_runtime_is_no_library_of_the_host(folder):
    """Nobody finds libgcc by pkg-config: it is not installed for the word size or machine asked for."""
    note = {"platform": ARM64, "line_no": 4, "kind": "linker",
            "text": f"ld: skipping incompatible /usr/lib/{folder}/libgcc.a when searching for -lgcc"}  # fmt: skip
    missed = {
        **WRONG,
        "kind": "library_not_found",
        "object": "-lgcc",
        "detail_text": "cannot find -lgcc",
    }
    frames = {"lines": [note], "link_errors": [missed]}
    assert judge("cross-pkgconfig-host-library", **frames) == []
    assert judge("wrong-arch-prebuilt-archive", **frames) == []  # nor is it a project's archive
    (finding,) = judge("library-not-found", **frames)
    assert (finding.cause, finding.status) == ("library-not-found", "supported")
    assert "gcc-multilib" in finding.fix[0]


def test_start_files_of_the_c_library_and_not_of_the_compiler():
    """Scrt1.o comes with the C library, crtbeginS.o with gcc."""
    row = {
        **WRONG,
        "kind": "object_not_found",
        "object": "Scrt1.o",
        "detail_text": "cannot find Scrt1.o",
    }
    assert judge("sysroot-crt-missing", link_errors=[row])[0].status == "supported"
    assert judge("sysroot-crt-missing", link_errors=[{**row, "object": "crtbeginS.o"}]) == []


def test_float_abis_by_the_linkers_words_are_no_other_machine():
    """The same machine, other registers: the causes of machines keep silent."""
    text = "lib.a(m.o): can't link soft-float modules with double-float modules"
    row = {**MEMBER, "linker": "ld.bfd", "detail_text": text}
    assert judge("float-abi-mismatch", link_errors=[row])[0].status == "supported"
    assert judge("wrong-arch-prebuilt-archive", link_errors=[row]) == []


def test_a_lost_argument_is_the_root_where_the_linker_is_the_hosts():
    """The headline is what was lost; without a consequence it only contributes."""
    lost = {"platform": ARM64, "command": "make", "argv_text": "make app", "name": "TARGETARCH",
            "line_no": 9, "status": "unset", "lost_by": "arg-before-from", "lost_at": f"{DOCKERFILE}:1"}  # fmt: skip
    run = {"line_no": 3, "end_line_no": 9, "instruction": "RUN", "value_text": "make app"}
    frames = {"env": [lost], "instructions": [run]}
    with_link = judge("arg-scope-lost", **frames, link_errors=[said("ld.bfd", EM_OWN)])
    assert [f.role for f in with_link] == ["cause"]
    assert [f.role for f in judge("arg-scope-lost", **frames)] == ["contributing"]
    given = {**lost, "argv_text": "make TARGETARCH=arm64 app"}
    assert [f.status for f in judge("arg-scope-lost", env=[given], instructions=[run])] == [
        "refuted"
    ]


REFUSED = "  run pkg_config fail: pkg-config has not been configured to support cross-compilation."
PKG_CONFIG = "cross-pkgconfig-host-library"


def _crate(*said: str) -> str:
    """The steps after a build script that gave up with these words."""
    texts = [REFUSED, *said, "error: failed to run custom build command for `codec-sys v1.0.0`"]
    lines = [{"platform": None, "kind": "other", "text": text, "line_no": no} for no, text in enumerate(texts, 1)]  # fmt: skip
    found = CATALOGUE[PKG_CONFIG].judge(make_facts(platforms=("",), lines=lines))
    return "\n".join(step for finding in found for step in finding.fix)


def test_the_target_and_the_package_that_a_crate_names_stand_in_the_steps():
    """Its `$TARGET` says more than the platform, which a bare log does not have."""
    steps = _crate("For example, `libcodec-dev` on Ubuntu", "  $TARGET = aarch64-unknown-linux-gnu")
    assert "libcodec-dev:arm64" in steps
    assert "PKG_CONFIG_ALLOW_CROSS_aarch64_unknown_linux_gnu=1" in steps
    assert "<" not in steps
    assert "..." not in steps


@pytest.mark.parametrize("said", ["  $TARGET = {}", 'TARGET = Some("{}")', "TARGET = Some({})"])
def test_for_a_musl_target_debians_library_is_no_cure(said):
    """Its libraries are of glibc."""
    steps = _crate(said.format("x86_64-unknown-linux-musl"))
    assert "dpkg --add-architecture" not in steps
    assert "PKG_CONFIG_ALLOW_CROSS_x86_64_unknown_linux_musl=1" in steps
    assert all(word in steps for word in ("vendored", "Alpine", "linux/amd64"))


@pytest.mark.parametrize("told", [[], ["$TARGET = i686-unknown-linux-gnu", "$TARGET = s390x-unknown-linux-gnu"]])  # fmt: skip
def test_a_target_that_is_not_told_is_said_in_words(told):
    """Of two targets the log does not say whose library it was."""
    steps = _crate(*told)
    assert "<debian> is Debian's name of its architecture" in steps
    assert "i686" not in steps
