"""What linkers forbid, bytecode that is not read, and programs that go wrong after the link."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.facts_builder import AMD64, make_facts
from tests.link_world import judged, status, world

DUPLICATES = ("tls-library-collision", "rust-runtime-duplicated", "duplicate-native-crate", "duplicate-definition")  # fmt: skip


def spoken(causes: tuple[str, ...], said: dict[str, object], **other: object) -> list[str]:
    """Which of the causes support themselves on this message."""
    facts = world(said=[said], **other)  # type: ignore[arg-type]
    return [cause for cause in causes if status(cause, facts) == "supported"]


class TestDuplicates:
    """One explanation for each duplicate, by its name and by the files of both sides."""

    @pytest.mark.parametrize(
        ("name", "text", "expected"),
        [
            ("f", "multiple definition of `f'; a.o:(.text+0x0): first defined here", "duplicate-definition"),
            ("f", "duplicate symbol: f; defined at z.o in archive /t/build/zp-sys-4f1c0a91/out/libz.a; defined at z.o in "
                  "archive /t/build/zp-sys-b07d55e2/out/libz.a", "duplicate-native-crate"),
            ("f", "duplicate symbol: /t/libzp_sys-0123456789abcdef.rlib(z.o): /t/libzp_sys-fedcba9876543210.rlib(z.o): f",
             "duplicate-native-crate"),
            ("f", "duplicate symbol: /t/libzp_sys-0123456789abcdef.rlib(z.o): /t/libzp_sys-0123456789abcdef.rlib(y.o): f",
             "duplicate-definition"),
            ("SSL_new", "vendor/b/libssl.a(s.o): multiple definition of 'SSL_new'; vendor/o/libssl.a(s.o): previous definition here",
             "tls-library-collision"),
            ("SSL_new", "b.o: multiple definition of 'SSL_new'; a.o: previous definition here", "duplicate-definition"),
            ("rust_eh_personality", "duplicate symbol: liba.a(std.o): libb.a(std.o): rust_eh_personality", "rust-runtime-duplicated"),
            ("__rustc::rust_begin_unwind", "duplicate symbol: __rustc::rust_begin_unwind; defined at a.o in archive liba.a; defined at b.o in "
                  "archive libb.a", "rust-runtime-duplicated"),
            # A panic handler in each of two crates, linked as plain objects.
            ("__rustc::rust_begin_unwind", "duplicate symbol: b.o: a.o: __rustc::rust_begin_unwind", "rust-runtime-duplicated"),
            ("__rustc::rust_begin_unwind", "b.0123456789abcdef-cgu.0:(.text+0x0): multiple definition of `__rustc::rust_begin_unwind'; a.o:b.0123456789abcdef-cgu.0:(.text+0x0): "
                  "first defined here", "duplicate-definition"),
            ("rust_begin_unwind", "b.0123456789abcdef-cgu.0:(.text+0x0): multiple definition of `rust_begin_unwind'; a.o:a.fedcba9876543210-cgu.0:"
                  "(.text+0x0): first defined here", "rust-runtime-duplicated"),
            ("rust_begin_unwind", "a.fedcba9876543210-cgu.0:(.text+0x0): multiple definition of `rust_begin_unwind'; a.o:a.fedcba9876543210-cgu.0:"
                  "(.text+0x0): first defined here", "duplicate-definition"),
            ("rust_eh_personality", "stub.c:(.text+0x0): multiple definition of `rust_eh_personality'; liba.a(std-1f.std.2e-cgu.0.rcgu.o):gcc.rs:299: "
                  "first defined here", "duplicate-definition"),
            ("memcpy", "duplicate symbol: libc2.a(mem.c.o): liba.a(compiler_builtins-1f.compiler_builtins.2e-cgu.0.rcgu.o): mem.c:4: memcpy",
             "duplicate-definition"),
        ],
    )  # fmt: skip
    def test_each_belongs_to_one(self, name, text, expected):
        """Two files of a program, two versions of a crate, two TLS libraries, two runtimes."""
        said = {"kind": "duplicate", "symbol": name, "object": "b.o", "detail_text": text}
        assert spoken(DUPLICATES, said) == [expected]

    def test_a_runtime_name_of_which_one_side_is_not_seen_to_be_rusts_is_open(self):
        """A C stub of rust_eh_personality beside one Rust library, by a linker that names files alone."""
        text = "duplicate symbol: liba.a(std-1f.std.2e-cgu.0.rcgu.o): b.o: rust_eh_personality"
        said = {
            "kind": "duplicate",
            "symbol": "rust_eh_personality",
            "object": "b.o",
            "detail_text": text,
        }
        assert spoken(DUPLICATES, said) == []
        assert status("rust-runtime-duplicated", world(said=[said])) == "untestable"
        assert spoken(DUPLICATES, said, files={"b.o": {"defines": ["rust_eh_personality"]}}) == [
            "duplicate-definition"
        ]

    def test_gnu_ld_names_the_second_file_in_the_line_before(self):
        """The row's object is the other side."""
        text = "c.c:(.text+0x0): multiple definition of `f'; /t/build/zp-sys-4f1c0a91/out/libz.a(z.o):c.c: first defined here"
        said = {
            "kind": "duplicate",
            "symbol": "f",
            "object": "/t/build/zp-sys-b07d55e2/out/libz.a",
            "member": "z.o",
            "detail_text": text,
        }
        assert spoken(DUPLICATES, said) == ["duplicate-native-crate"]
        (finding,) = judged("duplicate-native-crate", world(said=[said]))
        assert finding.claim.startswith("zp-sys-4f1c0a91 and zp-sys-b07d55e2")

    def test_a_thousand_duplicates_are_one_finding(self):
        """Not one each."""
        said = [
            {
                "kind": "duplicate",
                "symbol": f"f{no}",
                "detail_text": f"multiple definition of `f{no}'",
            }
            for no in range(1000)
        ]
        (finding,) = judged("duplicate-definition", world(said=said))
        assert (len(finding.symbols), len(finding.evidence)) == (1000, 6)

    def test_two_libraries_of_which_neither_has_the_name(self):
        """One answers for the other: SSL_* defined twice, and the wanted one nowhere."""
        name = "SSL_CTX_set_quiet_shutdown"
        files = {"main.o": {"wants": [name]}, "a/libssl.a(s.o)": {"defines": ["SSL_new"]}}
        alone = world(files, "main.o a/libssl.a", [name])
        assert status("tls-library-collision", alone) == "untestable"  # whose, of which version
        files["b/libssl.a(s.o)"] = {"defines": ["SSL_new"]}
        assert (
            status("tls-library-collision", world(files, "main.o a/libssl.a b/libssl.a", [name]))
            == "supported"
        )

    def test_a_switch_that_hides_them(self):
        """Latent while the program works, the cause where it goes wrong."""
        files = {"a.o": {"defines": ["f"]}, "b.o": {"defines": ["f"]}}
        command = "-Wl,--allow-multiple-definition a.o b.o"
        green = {"platform": AMD64, "outcome": "linked"}
        (finding,) = judged("duplicate-ignored", world(files, command, outcomes=[green]))
        assert (finding.status, finding.role) == ("supported", "latent")
        bad = {**green, "ran": False, "ended": "exit status 3", "ran_file": "case.toml"}
        (finding,) = judged("duplicate-ignored", world(files, command, outcomes=[bad]))
        assert finding.role == "cause"


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


CRASHED = {
    "platform": AMD64,
    "outcome": "linked",
    "ran": False,
    "ended": "SIGSEGV on host",
    "ran_file": "case.toml",
}


class TestAfterTheLink:
    """weak-undefined and undefined-ignored: green links, programs that die."""

    PROGRAM = {
        "app": {"kind": "executable", "weak": ["hook", "__gmon_start__"]},
        "main.o": {"weak": ["hook"], "defines": ["main"]},
    }
    CALLS = {"file": "main.o", "kind": "weak", "name": "hook", "value_text": "called"}

    @pytest.mark.parametrize(
        ("details", "status"),
        [([CALLS], "supported"), ([{**CALLS, "value_text": "asked for"}], "untestable"), ([], "untestable")],
    )  # fmt: skip
    def test_a_weak_name_at_0_and_a_crash(self, details, status):
        """The customary weak names of every program are none; a caller that tests first is sound."""
        facts = world(self.PROGRAM, outcomes=[CRASHED], details=details)
        (finding,) = judged("weak-undefined", facts)
        assert (finding.status, finding.symbols) == (status, ("hook",))

    @pytest.mark.parametrize(
        ("program", "status"),
        [
            ({"needed": ["libc.so.6"]}, "supported"),
            ({"needed": ["libplugin.so.1"]}, "untestable"),
        ],
    )
    def test_a_library_that_was_not_given_may_have_it(self, program, status):
        """The system's own define no name of a project."""
        files = {**self.PROGRAM, "app": {**self.PROGRAM["app"], **program}}
        facts = world(files, outcomes=[CRASHED], details=[self.CALLS])
        assert [f.status for f in judged("weak-undefined", facts)] == [status]

    @pytest.mark.parametrize(
        ("command", "statuses"), [("main.o", ["supported"]), ("-Wl,--gc-sections main.o", [])]
    )
    def test_what_gnu_ld_leaves_out_of_a_static_program(self, command, statuses):
        """Its table lacks the name; sections that are dropped may have been the caller's."""
        files = {**self.PROGRAM, "app": {"kind": "executable", "defines": ["main"]}}
        facts = world(files, command, outcomes=[CRASHED], details=[self.CALLS])
        assert [f.status for f in judged("weak-undefined", facts)] == statuses

    @pytest.mark.parametrize(
        ("command", "defines", "statuses"),
        [
            ("main.o", [], ["supported"]),
            ("main.o -lm", [], ["supported"]),
            ("main.o plugin.o", [], []),
            ("main.o", ["hook"], []),
            ("other.o", [], []),
            ("-Wl,--gc-sections main.o", [], []),
        ],
    )
    def test_a_program_that_was_not_given(self, command, defines, statuses):
        """Its whole link command and all of its inputs tell that the name is nowhere."""
        files = {"main.o": {"weak": ["hook"], "defines": ["main"]}, "b.o": {"defines": defines}}
        facts = world(files, command, outcomes=[CRASHED], details=[self.CALLS])
        assert [f.status for f in judged("weak-undefined", facts)] == statuses

    def test_a_call_that_does_nothing_is_open(self):
        """On some machines the call of an absent weak name is skipped, and the program goes wrong."""
        wrong = {**CRASHED, "ended": "exit status 3 on host"}
        facts = world(self.PROGRAM, outcomes=[wrong], details=[self.CALLS])
        assert [f.status for f in judged("weak-undefined", facts)] == ["untestable"]

    @pytest.mark.parametrize("ended", ["exit status 3 on host", "SIGILL on host"])
    def test_another_end_does_not_invite_it(self, ended):
        """A call of address 0 is a segmentation fault."""
        assert (
            judged("weak-undefined", world(self.PROGRAM, outcomes=[{**CRASHED, "ended": ended}]))
            == []
        )

    def test_a_program_that_works_asks_first(self):
        """A weak name that stays open is good practice there."""
        good = {**CRASHED, "ran": True, "ended": "exit status 0 on host"}
        assert judged("weak-undefined", world(self.PROGRAM, outcomes=[good])) == []

    def test_what_gnu_ld_drops_from_the_output(self):
        """The input wants it, nothing defines it, the output does not hold it, the program died."""
        files = {"app": {"kind": "executable"}, "main.o": {"wants": ["f"]}}
        command = "-Wl,--unresolved-symbols=ignore-all main.o"
        (finding,) = judged("undefined-ignored", world(files, command, outcomes=[CRASHED]))
        assert (finding.status, finding.symbol) == ("supported", "f")

    @pytest.mark.parametrize(("ran", "role"), [(True, "latent"), (False, "cause")])
    def test_a_name_at_0_in_a_program_that_runs_well(self, ran, role):
        """--defsym NAME=0 may give a number that the program wants."""
        zero = {"file": "app", "name": "f", "role": "zero", "is_output": True, "type": "NOTYPE"}
        facts = world(
            {"app": {"kind": "executable"}}, "-Wl,--defsym,f=0 main.o", outcomes=[{**CRASHED, "ran": ran}]
        )  # fmt: skip
        own = make_facts(sightings=[zero]).sightings
        facts = replace(facts, sightings=own)
        (finding,) = judged("undefined-ignored", facts)
        assert (finding.status, finding.role) == ("supported", role)

    @pytest.mark.parametrize("value", [0, 64])
    def test_what_mold_keeps_to_itself_at_address_0(self, value):
        """--defsym NAME=0: mold's symbol is LOCAL; at another address it is a definition."""
        files = {"app": {"kind": "executable"}, "main.o": {"wants": ["f"]}}
        facts = world(files, "-Wl,--defsym,f=0 main.o", outcomes=[CRASHED])
        row = {"bind": "LOCAL", "type": "NOTYPE", "value": value, "is_defined": True}
        own = {**facts.symbols.iloc[0].to_dict(), "file": "app", "name": "f", **row}
        more = pd.DataFrame([own]).astype(facts.symbols.dtypes.to_dict())
        facts = replace(facts, symbols=pd.concat([facts.symbols, more], ignore_index=True))
        assert status("undefined-ignored", facts) == ("supported" if value == 0 else "refuted")

    def test_what_the_loader_says_is_no_link_error(self):
        """The link passed: only the program failed, for the name that was ignored."""
        said = {
            "symbol": "f",
            "linker": "ld.so",
            "detail_text": "./app: symbol lookup error: ./app: undefined symbol: f",
        }
        facts = world(None, "-Wl,--unresolved-symbols=ignore-all main.o", [said])
        assert status("undefined-ignored", facts) == "supported"
        assert (
            status(
                "undefined-ignored",
                world(None, "-Wl,--unresolved-symbols=ignore-all main.o", ["f"]),
            )
            == "refuted"
        )


NEEDED = "plugin needed to handle lto object"
LTO = ("ar-without-lto-plugin", "lto-foreign-bytecode", "lto-plugin-not-loaded", "lto-drops-symbol")
BODY = [{"file": "k.o", "kind": "section", "name": ".gnu.lto_f.0.c3cd235c399cdbac"}]


def lto(**frames: object) -> list[str]:
    """Which causes of LTO support themselves."""
    return [cause for cause in LTO if status(cause, world(**frames)) == "supported"]  # type: ignore[arg-type]


class TestLto:
    """Bytecode that the archiver or the linker does not read."""

    @pytest.mark.parametrize(
        "text",
        [
            "lto1: fatal error: bytecode stream in file 'k.o' generated with LTO version 9.2 instead of the expected 11.0"
        ],
    )
    def test_versions_are_named(self, text):
        """By the compiler itself."""
        assert (
            status(
                "lto-version-mismatch",
                world(lines=[{"line_no": 3, "kind": "compiler", "text": text}]),
            )
            == "supported"
        )

    def test_who_needs_the_plugin(self):
        """`ar` or the linker: the same words, another cure."""
        by_ar = [{"line_no": 3, "kind": "archiver", "text": f"ar: k.o: {NEEDED}"}]
        by_ld = [{"line_no": 3, "kind": "linker", "text": f"/usr/bin/ld: libk.a(k.o): {NEEDED}"}]
        assert lto(said=["f"], lines=by_ar) == ["ar-without-lto-plugin"]
        assert lto(said=["f"], lines=by_ld) == ["lto-plugin-not-loaded"]
        assert lto(said=["f"], lines=by_ar, linker="mold") == []
        assert lto(lines=by_ar) == []  # nothing is missing: a warning

    def test_gcc_bytecode_given_to_lld(self):
        """lld says plain undefined symbol: the section names the function."""
        files = {"main.o": {"wants": ["f"]}, "k.o": {"is_lto": True}}
        frames = {"files": files, "command": "main.o k.o", "said": ["f"], "linker": "lld"}
        assert lto(**frames, details=BODY) == ["lto-foreign-bytecode"]
        assert status("lto-foreign-bytecode", world(**frames)) == "untestable"
        code = {"main.o": {"wants": ["f"]}, "k.o": {}}
        assert judged("lto-foreign-bytecode", world(**{**frames, "files": code})) == []

    def test_llvm_bitcode_given_to_gnu_ld(self):
        """`file format not recognized` alone may be a short file."""
        said = [
            {
                "kind": "format",
                "object": "k.o",
                "detail_text": "k.o: file not recognized: file format not recognized",
            }
        ]
        assert lto(files={"k.o": {"is_lto": True, "format": "bitcode"}}, said=said) == [
            "lto-foreign-bytecode"
        ]
        assert status("lto-foreign-bytecode", world(said=said)) == "untestable"
        assert judged("lto-foreign-bytecode", world({"k.o": {}}, None, said)) == []

    def test_a_name_that_the_optimiser_lost(self):
        """An object of the command holds it, and what is left of the link wants it."""
        files = {"main.o": {"is_lto": True}, "k.o": {"is_lto": True}}
        said = [{"symbol": "f", "object": "/tmp/ccA.ltrans0.ltrans.o"}]
        assert lto(files=files, command="main.o k.o", said=said, details=BODY) == [
            "lto-drops-symbol"
        ]
        assert status("lto-drops-symbol", world(said=said)) == "untestable"
        assert judged("lto-drops-symbol", world(said=["f"])) == []


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
