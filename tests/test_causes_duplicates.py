"""One explanation for each duplicate, by its name and by the files of both sides."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64
from tests.link_world import judged, spoken, status, world

DUPLICATES = ("tls-library-collision", "rust-runtime-duplicated", "duplicate-native-crate", "duplicate-definition")  # fmt: skip


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
