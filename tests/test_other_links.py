"""What another platform's link of the same output names besides: told, and never taken for proof."""

from __future__ import annotations

import pytest

from diag.case import Case
from diag.causes.model import Finding
from diag.verdict import diagnose

LINKED = "#8 DONE 0.6s"
CANCELED = "#8 CANCELED"
MISSING = "/usr/bin/ld: blend.o: in function `all':\nblend.c:(.text+0x1a): undefined reference to `blend_row'"


def log_of(here: str, there: str, compiles: str, end: str = LINKED, said: str = MISSING) -> str:
    """A build whose link for amd64 fails; `there`: the inputs of arm64's link."""
    amd64 = [f"gcc -O2 -c -o {name}.o {name}.c" for name in compiles.split()]
    amd64 += [f"gcc -o app {here}", *said.split("\n"), "collect2: error: ld returned 1 exit status"]
    names = [word.removesuffix(".o") for word in there.split() if word.endswith(".o")]
    arm64 = [f"aarch64-linux-gnu-gcc -O2 -c -o {name}.o {name}.c" for name in names]
    arm64.append(f"aarch64-linux-gnu-gcc -o app {there}")
    return "\n".join([
        "#7 [linux/amd64 build 4/4] RUN make V=1",
        *(f"#7 0.1 {line}" for line in amd64),
        '#7 ERROR: process "/bin/sh -c make V=1" did not complete successfully: exit code: 2',
        "#8 [linux/arm64 build 4/4] RUN make V=1",
        *(f"#8 0.2 {line}" for line in arm64), end, "",
    ])  # fmt: skip


@pytest.fixture
def finding_of(tmp_path):
    def of(*parts: str, **more: str) -> Finding:
        (tmp_path / "build.log").write_text(log_of(*parts, **more))
        return diagnose(Case(log=tmp_path / "build.log"))["object-not-linked"]

    return of


def test_an_object_that_is_made_here_and_linked_there(finding_of):
    """The command to try is this platform's own, with the object; the cause stays open."""
    found = finding_of("main.o blend.o", "main.o blend.o blend_row.o", "main blend blend_row")
    assert (found.status, found.platform) == ("untestable", "linux/amd64")
    assert found.claim.startswith("linux/arm64 links blend_row.o too")
    assert found.missing[0].is_trial
    assert found.missing[0].how == ("gcc -o app main.o blend.o blend_row.o",)
    texts = [item.text for item in found.evidence]
    assert any("aarch64-linux-gnu-gcc -o app main.o blend.o blend_row.o" in text for text in texts)


def test_a_source_that_is_compiled_there_alone(finding_of):
    """A link with an object that nobody makes would fail: its place in the lists is asked for."""
    found = finding_of("main.o blend.o", "main.o blend.o blend_row.o", "main blend")
    assert found.missing[0].how == ("git grep -nwE blend_row",)
    assert any("-c -o blend_row.o blend_row.c" in item.text for item in found.evidence)


@pytest.mark.parametrize(
    ("end", "words"), [(LINKED, "linux/arm64 links with it"), (CANCELED, "linux/arm64 names it")]
)
def test_a_link_whose_end_is_not_known_is_not_said_to_have_linked(finding_of, end, words):
    """The other platform may be canceled in its midst."""
    found = finding_of("main.o blend.o", "main.o blend.o row.o", "main blend row", end=end)
    assert found.missing[0].why.startswith(words)


@pytest.mark.parametrize(
    "there",
    [
        "main.o blend.o",  # the same
        "main.o blend.o row_neon.o",  # what is for that machine
        "main.o blend.o " + " ".join(f"k{n}.o" for n in range(9)),  # another program, by its parts
        "-o other main.o blend.o row.o",  # another output
    ],
)
def test_links_that_tell_nothing_of_each_other(finding_of, there):
    """Nothing more is named, or what is named has no business here."""
    found = finding_of("main.o blend.o", there, "main blend row")
    assert not any(item.is_trial for item in found.missing)
    assert "arm64" not in found.claim


def test_a_platform_that_fails_too_is_no_model(finding_of):
    """Its link names more, and lacks something as well."""
    failed = 'undefined reference to `g\'\n#8 0.3 collect2: error: ld returned 1 exit status\n#8 ERROR: process "/bin/sh -c make V=1" did not complete successfully: exit code: 2'
    end = f"#8 0.3 blend.c:(.text+0x1a): {failed}"
    found = finding_of("main.o blend.o", "main.o blend.o row.o", "main blend row", end=end)
    assert "arm64" not in found.claim
