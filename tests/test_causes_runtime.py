"""The compiler's runtime: each cause, and the look-alikes that it must not claim; and that no cause of
libraries speaks without need, floods or searches without end."""

from __future__ import annotations

import time

import pytest

from diag.causes import (
    cxx,
    libc,
    libc_newer,
    libc_runtime,
    library,
    runtime,
    runtime_cxx,
    transitive,
)
from diag.causes.rivals import explained_once
from tests.facts_builder import AMD64, judge, make_facts
from tests.runtime_frames import ALPINE, ARM64, ARMV7, MUSL, RISCV, error, on, states

MODULES = (libc, libc_newer, libc_runtime, runtime, runtime_cxx, cxx, library, transitive)
CAUSES = {cause.id: cause for module in MODULES for cause in module.CAUSES}


class TestRuntime:
    """23 to 28: told by name and machine."""

    def test_eight_bytes_on_32_bits_without_libatomic(self):
        """No -latomic on the whole command."""
        frames = on(ARMV7, "gcc -o app main.o", "__atomic_fetch_add_8")
        assert states("libatomic-missing-wide", **frames) == ["supported"]

    @pytest.mark.parametrize(
        ("linker", "status"), [("ld.bfd", "supported"), ("gold", "supported"), ("lld", "refuted")]
    )
    def test_libatomic_before_its_users(self, linker, status):
        """The order counts for linkers that read once."""
        frames = on(ARMV7, "gcc -latomic -o app main.o", "__atomic_load_8", linker=linker)
        (finding,) = judge("libatomic-missing-wide", **frames)
        assert finding.status == status
        if status == "supported":
            assert "before its users" in finding.claim

    def test_libatomic_after_its_users_refutes_it(self):
        """It is there, and still something is missing: another cause."""
        frames = on(ARMV7, "gcc -o app main.o -latomic", "__atomic_load_8")
        assert states("libatomic-missing-wide", **frames) == ["refuted"]

    @pytest.mark.parametrize(
        ("platform", "name", "cause"),
        [
            (AMD64, "__atomic_load_8", None),
            (AMD64, "__atomic_load_16", "libatomic-missing-wide"),
            (ARM64, "__atomic_exchange", "libatomic-missing-wide"),
            (RISCV, "__atomic_exchange_1", "libatomic-missing-subword"),
            (ARMV7, "__atomic_exchange_1", None),
        ],
    )
    def test_widths_belong_to_machines(self, platform, name, cause):
        """One of the two causes, or none."""
        frames = on(platform, "gcc -o app main.o", name)
        found = [
            c for c in ("libatomic-missing-wide", "libatomic-missing-subword") if judge(c, **frames)
        ]
        assert found == ([cause] if cause else [])

    def test_without_the_command_it_is_open(self):
        """Whether -latomic is on the link stands there."""
        frames = {**on(ARMV7, "gcc main.o", "__atomic_load_8"), "link_commands": []}
        assert states("libatomic-missing-wide", **frames) == ["untestable"]

    HELPER = "__aarch64_ldadd4_acq_rel"

    @pytest.mark.parametrize(
        ("words", "status"),
        [
            ("gcc -nodefaultlibs -o app main.o", "supported"),
            ("gcc -o app main.o", "supported"),
            ("ld -o app main.o", "supported"),
            ("gcc -nodefaultlibs -lgcc -o app main.o", "refuted"),
        ],
    )
    def test_outline_atomics(self, words, status):
        """Left out, or older; one that stands before its users is a matter of order."""
        assert states("outline-atomics-helpers-missing", **on(ARM64, words, self.HELPER)) == [
            status
        ]

    def test_outline_atomics_win_over_nostdlib(self):
        """Both fit; the more exact one tells."""
        facts = make_facts(**on(ARM64, "gcc -nostdlib -o app main.o", self.HELPER))
        found = explained_once([f for c in CAUSES.values() for f in c.judge(facts)], CAUSES)
        told = {finding.cause: finding.status for finding in found}
        assert told == {
            "outline-atomics-helpers-missing": "supported",
            "nostdlib-drops-runtime": "refuted",
        }

    @pytest.mark.parametrize(
        ("other", "status"),
        [
            ({"function": "init_have_lse_atomics"}, "supported"),
            ({"object": "libgcc.a", "member": "lse-init.o"}, "supported"),
            ({"function": "main"}, "refuted"),
        ],
    )
    def test_getauxval_is_libgccs_own_want(self, other, status):
        """The referring member or function decides."""
        frames = on(ARM64, "gcc -o app main.o", "__getauxval", **other)
        assert states("lse-init-getauxval", **frames) == [status]

    @pytest.mark.parametrize(
        ("platform", "name", "is_told"),
        [
            (AMD64, "__muloti4", True), (ARMV7, "__divti3", True), (AMD64, "__divti3", False),
            (ARMV7, "__aeabi_uidiv", False), (AMD64, "_Unwind_Resume", False), (AMD64, "muloti", False),
        ],
    )  # fmt: skip
    def test_builtins_that_libgcc_has_not(self, platform, name, is_told):
        """128-bit division is in libgcc of 64-bit machines alone; checked multiplication nowhere."""
        frames = on(platform, "gcc -o app main.o", name)
        assert states("compiler-rt-builtin-missing", **frames) == (["supported"] if is_told else [])

    def test_compiler_rt_on_the_link_refutes_it(self):
        """Then the runtime that has it was asked."""
        frames = on(AMD64, "clang --rtlib=compiler-rt -o app main.o", "__muloti4")
        assert states("compiler-rt-builtin-missing", **frames) == ["refuted"]

    def test_the_hidden_cpu_model(self):
        """ld's own words: hidden, and referenced by a shared object."""
        row = error("__cpu_model", kind="hidden", object="libgcc.a", member="cpuinfo.o")
        assert states("cpu-model-symbol-missing", link_errors=[row]) == ["supported"]
        assert judge("cpu-model-symbol-missing", link_errors=[{**row, "symbol": "own"}]) == []


def test_nothing_is_claimed_where_nothing_is_missing():
    """A green build, with a base and an ordinary link: not a word."""
    frames = {"bases": [ALPINE], "link_commands": [MUSL], "outcomes": [{"outcome": "linked"}]}
    facts = make_facts(**frames)  # type: ignore[arg-type]
    assert [finding for cause in CAUSES.values() for finding in cause.judge(facts)] == []


def test_hundreds_of_names_are_no_flood():
    """One finding a cause and platform, in a time that grows with the names alone."""
    frames = on(AMD64, "gcc -o app main.o", *(f"XXH64_{n}" for n in range(300)))
    facts = make_facts(**frames)  # type: ignore[arg-type]
    findings = [finding for cause in CAUSES.values() for finding in cause.judge(facts)]
    assert [(finding.cause, len(finding.symbols)) for finding in findings] == [
        ("library-not-linked", 300)
    ]
    assert len(findings[0].evidence) < 12


@pytest.mark.parametrize(
    "text", ["a" * 100_000, "a-" * 50_000, "a/" * 50_000, "x-linux-" * 12_000, "::v1" * 25_000]
)
def test_words_without_end_take_no_time(text):
    """A hostile log: every cause passes over it, and no pattern goes back and forth."""
    frames = on(ARM64, "gcc -o app main.o", text, detail_text=text)
    frames["link_commands"][0]["words"] = [text, "main.o", "-musl", "linux-gnu"]
    frames["lines"] = [{"line_no": 3, "kind": "compiler", "text": f"{text}64' undeclared"}]
    frames["near"] = [
        {"wanted": text, "name": text, "file": "x", "wanted_text": text, "text": f"{text}x"}
    ]
    facts = make_facts(**frames)  # type: ignore[arg-type]
    begun = time.process_time()
    for cause in CAUSES.values():
        list(cause.judge(facts))
    assert time.process_time() - begun < 2
