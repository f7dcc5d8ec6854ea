"""What linkers forbid: code for a fixed place, relocations, scripts and sections."""

from __future__ import annotations

import pytest

from tests.link_world import judged, status, world

PIC = ("non-pic-archive-in-shared", "non-pic-in-pie", "text-relocation")


class TestPic:
    """Code for a fixed place in an output that may be loaded anywhere."""

    @pytest.mark.parametrize(
        ("linker", "text", "command", "expected"),
        [
            ("ld.bfd", "k.o: relocation R_X86_64_32 against symbol `v' can not be used when making a shared object; recompile with -fPIC", None, PIC[0]),
            ("ld.bfd", "k.o: relocation R_X86_64_32 against symbol `v' can not be used when making a PIE object; recompile with -fPIE", None, PIC[1]),
            ("gold", "k.o: requires dynamic R_X86_64_32 reloc against 'v' which may overflow at runtime; recompile with -fPIC", "-shared k.o", PIC[0]),
            ("gold", "k.o: requires unsupported dynamic reloc 11; recompile with -fPIC", "-pie k.o", PIC[1]),
            ("lld", "relocation R_X86_64_PC32 cannot be used against symbol 'v'; recompile with -fPIC", "-shared k.o", PIC[0]),
            ("mold", "k.o:(.text): R_X86_64_32 relocation at offset 0x5 against symbol `v' can not be used; recompile with -fPIC", "k.o", PIC[1]),
            ("mold", "k.o:(.rodata): R_X86_64_64 relocation at offset 0x0 against symbol `v' can not be used; recompile with -fPIC", "k.o", PIC[2]),
            ("lld", "can't create dynamic relocation R_X86_64_64 against symbol: v in readonly segment; recompile object files with -fPIC", "k.o", PIC[2]),
            ("gold", "read-only segment has dynamic relocations", "k.o", PIC[2]),
        ],
    )  # fmt: skip
    def test_the_words_of_each_linker(self, linker, text, command, expected):
        """Shared or PIE by the words or by the command; a whole address is a text relocation."""
        said = {"kind": "relocation", "symbol": "v", "object": "k.o", "detail_text": text}
        facts = world(None, command, [said], linker=linker)
        assert [cause for cause in PIC if status(cause, facts) == "supported"] == [expected]

    def test_without_a_command_lld_does_not_say_which(self):
        """Both stay open, and the command is asked for."""
        text = "relocation R_X86_64_PC32 cannot be used against symbol 'v'; recompile with -fPIC"
        facts = world(
            None, None, [{"kind": "relocation", "symbol": "v", "detail_text": text}], linker="lld"
        )
        assert [status(cause, facts) for cause in PIC[:2]] == ["untestable", "untestable"]

    def test_an_undefined_hidden_symbol_is_another_matter(self):
        """The same trailer, and recompiling cures nothing."""
        text = "k.o: relocation R_X86_64_PC32 against undefined hidden symbol `v' can not be used when making a shared object"
        facts = world(None, None, [{"kind": "relocation", "symbol": "v", "detail_text": text}])
        assert [cause for cause in PIC if judged(cause, facts)] == []


class TestRelocations:
    """copy-relocation-protected, relocation-overflow, tls-mismatch."""

    def test_protected_by_words_or_by_the_library(self):
        """lld says only that it cannot preempt the symbol."""
        words = {
            "kind": "other",
            "detail_text": "main.o: copy relocation against non-copyable protected symbol `v' in libk.so",
        }
        assert status("copy-relocation-protected", world(said=[words])) == "supported"
        lld = {
            "kind": "other",
            "detail_text": "cannot preempt symbol: v; defined in libk.so; referenced by main.c",
        }
        assert status("copy-relocation-protected", world(said=[lld])) == "untestable"
        assert (
            status("copy-relocation-protected", world({"libk.so": {"defines": ["v"]}}, None, [lld]))
            == "refuted"
        )

    def test_an_undefined_name_is_no_distance(self):
        """A weak one is at address 0, far from everything."""
        far = {
            "kind": "overflow",
            "symbol": "v",
            "detail_text": "relocation truncated to fit: R_X86_64_PC32 against symbol `v' defined in .bss",
        }
        assert status("relocation-overflow", world(said=[far])) == "supported"
        undefined = {
            **far,
            "detail_text": "relocation truncated to fit: R_X86_64_PC32 against undefined symbol `v'",
        }
        assert status("relocation-overflow", world(said=[undefined])) == "untestable"

    def test_the_large_section_is_told(self):
        """Where the objects were given."""
        far = {
            "kind": "overflow",
            "symbol": "v",
            "detail_text": "relocation truncated to fit: R_X86_64_PC32 against `v'",
        }
        rows = [{"file": "main.o", "kind": "section", "name": ".bss", "size_bytes": 3_000_000_000}]
        (finding,) = judged("relocation-overflow", world({"main.o": {}}, None, [far], details=rows))
        assert ".bss of 3000000000 bytes" in finding.evidence[-1].text

    def test_thread_local_on_one_side(self):
        """By words; by types where lld speaks of an absolute symbol."""
        said = {
            "kind": "tls",
            "symbol": "v",
            "detail_text": "v: TLS definition in p.o mismatches non-TLS reference in main.o",
        }
        assert status("tls-mismatch", world(said=[said])) == "supported"
        lld = {
            "kind": "other",
            "detail_text": "relocation R_X86_64_PC32 cannot refer to absolute symbol: v; defined in p.o",
        }
        assert status("tls-mismatch", world(said=[lld])) == "untestable"
        files = {"main.o": {"wants": ["v"]}, "p.o": {"defines": ["v:TLS"]}}
        assert status("tls-mismatch", world(files, None, [lld])) == "supported"
        same = {"main.o": {"wants": ["v:TLS"]}, "p.o": {"defines": ["v:TLS"]}}
        assert status("tls-mismatch", world(same, None, [lld])) == "refuted"


class TestScriptsAndSections:
    """version-script-undefined-symbol and start-stop-gc."""

    @pytest.mark.parametrize(
        "text",
        ["version script assignment of 'V1' to symbol 'ghost' failed: symbol not defined",
         "version script assignment of V1 to symbol ghost failed: symbol not defined", "ghost: undefined version: V1"],
    )  # fmt: skip
    def test_a_name_that_only_the_script_has(self, text):
        """lld, gold, GNU ld."""
        (finding,) = judged(
            "version-script-undefined-symbol", world(said=[{"kind": "other", "detail_text": text}])
        )
        assert (finding.status, finding.symbol) == ("supported", "ghost")

    def test_the_section_decides(self):
        """With it: collected. Without it, all read: nothing fills it. Log alone: open."""
        said = ["__start_plugins"]
        files = {"main.o": {"wants": said}}
        rows = [{"file": "main.o", "kind": "section", "name": "plugins"}]
        assert (
            status("start-stop-gc", world(files, "main.o", said, linker="lld", details=rows))
            == "supported"
        )
        assert status("start-stop-gc", world(files, "main.o", said, linker="lld")) == "refuted"
        assert (
            status("start-stop-gc", world(files, "main.o k.o", said, linker="lld")) == "untestable"
        )
        assert status("start-stop-gc", world(said=said, linker="lld")) == "untestable"
        assert judged("start-stop-gc", world(files, "main.o", ["f"], linker="lld")) == []
