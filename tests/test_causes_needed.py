"""Shared libraries that are missing behind the link or after it, and switches that contradict."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from tests.facts_builder import AMD64, judge

NEEDED = "/usr/bin/ld: warning: libssl.so.1.1, needed by ./libcurl.so, not found (try using -rpath or -rpath-link)"
WANTED = {"line_no": 3, "symbol": "SSL_new", "object": "./libcurl.so", "detail_text": "./libcurl.so: undefined reference to `SSL_new'"}  # fmt: skip


def line(text: str, line_no: int = 2) -> dict[str, object]:
    return {"line_no": line_no, "kind": "linker", "text": text, "platform": AMD64}


def test_a_needed_library_that_is_not_found_explains_what_its_user_wants():
    """The linker names both; the plain -lssl of the name's family would be of another version."""
    (finding,) = judge("library-not-found", lines=[line(NEEDED)], link_errors=[WANTED])
    assert (finding.status, finding.symbol) == ("supported", "SSL_new")
    assert "libssl.so.1.1" in finding.claim
    assert "library-not-found" in CATALOGUE["library-not-linked"].yields_to


@pytest.mark.parametrize(
    "frames",
    [
        {"lines": [], "link_errors": [WANTED]},
        {"lines": [line(NEEDED)], "link_errors": [{**WANTED, "object": "main.o"}]},
        {"lines": [line(NEEDED)], "link_errors": [WANTED, {**WANTED, "line_no": 4, "object": "main.o"}]},
        {"lines": [line(NEEDED), line("ld: skipping incompatible /lib/libssl.so.1.1 when searching for libssl.so.1.1", 1)],
         "link_errors": [WANTED]},
    ],
)  # fmt: skip
def test_what_others_want_and_what_was_passed_over_is_not_explained_so(frames):
    assert judge("library-not-found", **frames) == []


def test_a_name_that_a_file_given_defines_is_not_explained_by_a_needed_library():
    own = {"name": "SSL_new", "file": "own.o", "role": "defined"}
    frames = {"lines": [line(NEEDED)], "link_errors": [WANTED], "sightings": [own]}
    assert judge("library-not-found", **frames) == []


@pytest.mark.parametrize(
    ("file", "soname"), [("deps/libssl.so.1.1", None), ("deps/libssl.so", "libssl.so.1.1")]
)
def test_the_needed_library_itself_may_be_given_from_another_folder(file, soname):
    """That it defines the name is why it is needed: the linker did not look where it lies."""
    own = {"name": "SSL_new", "file": file, "role": "defined"}
    given = {"file": file, "kind": "shared", "soname": soname}
    frames = {"lines": [line(NEEDED)], "link_errors": [WANTED], "sightings": [own]}
    (finding,) = judge("library-not-found", objects=[given], **frames)
    assert finding.status == "supported"
    assert any("-rpath-link" in step for step in finding.fix)


@pytest.mark.parametrize("linker", ["ld.so", "ld-musl"])
def test_what_a_loader_does_not_find_says_nothing_of_the_link(linker):
    """The same words of a linker are library-not-found."""
    row = {
        "line_no": 5, "kind": "library_not_found", "object": "libfoo.so.2", "linker": linker,
        "detail_text": "./app: error while loading shared libraries: libfoo.so.2: cannot open shared object file",
    }  # fmt: skip
    (finding,) = judge("library-not-found", link_errors=[row])
    assert (finding.status, bool(finding.missing)) == ("untestable", True)
    assert "link names" not in finding.claim
    (finding,) = judge("library-not-found", link_errors=[{**row, "linker": "ld.bfd"}])
    assert finding.status == "supported"


@pytest.mark.parametrize(
    ("file", "status"),
    [
        ("/lib/x86_64-linux-gnu/libstdc++.so.6", "supported"),
        ("/usr/lib64/libstdc++.so.6", "supported"),
        ("/opt/conda/lib/libstdc++.so.6", "untestable"),
        ("/usr/local/lib/libstdc++.so.6", "untestable"),
    ],
)
def test_a_library_that_hides_the_images_own_says_nothing_of_the_image(file, status):
    """The loader names the file that it took."""
    text = f"cmake: {file}: version `GLIBCXX_3.4.30' not found (required by cmake)"
    row = {"symbol": "GLIBCXX_3.4.30", "line_no": 5, "kind": "version", "linker": "ld.so", "detail_text": text}  # fmt: skip
    (finding,) = judge("runtime-glibc-too-old", link_errors=[row])
    assert (finding.status, bool(finding.missing)) == (status, status == "untestable")


@pytest.mark.parametrize(
    ("file", "status"),
    [("/usr/lib/gcc/x86_64-linux-gnu/12/crtbeginT.o", "untestable"), ("libk.a(k.o)", "supported")],
)
def test_a_start_file_of_static_programs_is_no_archive_without_pic(file, status):
    """-static and -shared contradict each other: compiling anything again would not help."""
    text = f"{file}: relocation R_X86_64_32 against hidden symbol `__TMC_END__' can not be used when making a shared object"
    row = {"line_no": 4, "kind": "relocation", "symbol": "__TMC_END__", "object": file, "detail_text": text}  # fmt: skip
    (finding,) = judge("non-pic-archive-in-shared", link_errors=[row])
    assert finding.status == status
    assert finding.claim.startswith("The link asks for a static program") == (file[0] == "/")


@pytest.mark.parametrize(("status", "is_told"), [("ok", True), ("unfinished", False)])
def test_two_logs_of_one_platform_that_end_otherwise_are_told(status, is_told):
    """A green log beside the red one is not passed over without a word."""
    step = {
        "step_id": "#2", "platform": AMD64, "target_platform": AMD64, "step_no": 2, "n_steps": 2,
        "name_text": "[2/2] RUN make", "line_no": 4,
    }  # fmt: skip
    red = {**step, "file": "red.log", "status": "error"}
    green = {**step, "file": "green.log", "status": status}
    found = judge("artefacts-disagree", steps=[red, green])
    assert [(f.status, [e.file for e in f.evidence]) for f in found] == (
        [("supported", ["red.log", "green.log"])] if is_told else []
    )
