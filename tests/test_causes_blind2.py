"""Look-alikes that a second blind round was taken in by: a sure answer stays right, or is left open."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diag.join import without_forgiven
from tests.facts_builder import make_facts
from tests.link_world import ARCHIVE, MAIN, K, judged, status, world

ARM64, RISCV64 = "linux/arm64", "linux/riscv64"


def refused(text, **columns):
    """An input that GNU ld refuses for its machine."""
    return {"kind": "wrong_arch", "object": "a.o", "detail_text": text, **columns}


class TestMachines:
    """What a linker says of two inputs that do not fit."""

    def test_two_orders_of_bytes_are_no_float_abi(self):
        """GNU ld closes with the same line over everything that it cannot merge."""
        text = "a.o: compiled for a big endian system and target is little endian; failed to merge target specific data of file a.o"
        facts = world({"a.o": {}}, "m.o a.o", [refused(text)])
        assert judged("float-abi-mismatch", facts) == []
        assert judged("target-linker-not-set", facts) == []

    def test_a_name_that_no_table_has_is_another_machine(self):
        """x32 has the number of x86-64 in its header."""
        text = (
            "i386:x64-32 architecture of input file `a.o' is incompatible with i386:x86-64 output"
        )
        facts = world({"a.o": {"arch": "x86_64", "bits": 32}}, "m.o a.o", [refused(text)])
        assert [f.status for f in judged("target-linker-not-set", facts)] != ["supported"]

    @pytest.mark.parametrize(
        ("section", "cause", "other"),
        [
            (".text", "text-relocation", "non-pic-in-pie"),
            (".rodata", "non-pic-in-pie", "text-relocation"),
        ],
    )
    def test_a_whole_address_among_instructions_is_no_compilers(self, section, cause, other):
        """lld has the same words for both; constants without PIC hold such addresses."""
        text = f"relocation R_X86_64_64 cannot be used against symbol 'go'; recompile with -fPIC; defined in j.o; referenced by j.o:({section}+0x1)"
        said = {"kind": "relocation", "symbol": "go", "object": "j.o", "detail_text": text}
        facts = world(command="-pie p.o j.o", said=[said], linker="lld")
        assert status(cause, facts) == "supported"
        assert judged(other, facts) == []


class TestNames:
    """C++ names: the log has them demangled, the objects mangled."""

    RAW, TEXT = "_ZN1k1fEd", "k::f(double)"

    def _link(self, command, users=None):
        files = {"main.o": users or {"wants": [self.RAW]}, "libk.a(k.o)": {"defines": [self.RAW]}}
        facts = world(files, command, [self.TEXT])
        return replace(facts, raw_names={self.TEXT: (self.RAW,)})

    def test_order_is_judged_by_the_name_that_objects_have(self):
        """It was refuted for every C++ name."""
        assert status("static-link-order", self._link("libk.a main.o")) == "supported"

    def test_what_the_objects_do_not_want_refutes_no_order(self):
        """The linker wants it: the objects are of another build, or bytecode."""
        facts = self._link("libk.a main.o", {"is_lto": True, "format": "elf"})
        assert status("static-link-order", facts) == "untestable"
        assert (
            status("static-link-order", self._link("libk.a main.o", {"defines": ["main"]}))
            == "untestable"
        )

    @pytest.mark.parametrize(
        ("wanted", "defined", "more", "expected"),
        [
            ("q::v2::f()", "q::v1::f()", (), "supported"),
            ("q::v2::f()", "q::v1::f()", ("_ZN1q2v21gEv",), "untestable"),
            ("utf8::f()", "utf16::f()", (), "untestable"),
            ("sha1::f()", "sha256::f()", (), "untestable"),
            ("icu_74::f()", "icu_72::f()", (), "supported"),
        ],
    )
    def test_two_things_with_a_number_are_no_two_versions(self, wanted, defined, more, expected):
        """Or both live side by side, and one function of one of them is missing."""
        near = {"wanted": wanted, "wanted_text": wanted, "name": "_Z", "text": defined, "file": "k.o"}  # fmt: skip
        files = {"main.o": {"wants": [wanted]}, "k.o": {"defines": [*more]}}
        facts = world(files, "main.o k.o", [wanted], near=[near])
        assert status("inline-namespace-version-mismatch", facts) == expected

    @pytest.mark.parametrize(
        ("name", "wanted", "line", "expected"),
        [
            ("_ZL5table", "table", "main.o k.o", "supported"),
            ("_ZL5table", "table", "main.o k.o other.o", "untestable"),
            ("_ZL1fi", "_Z1fi", "main.o k.o", "supported"),
            ("_ZL5table", "tables", "main.o k.o", ""),
        ],
    )
    def test_a_constant_of_cxx_is_local_by_its_name(self, name, wanted, line, expected):
        """`const` at namespace scope, without `extern`."""
        near = {"wanted": wanted, "wanted_text": wanted, "name": name, "text": "table", "file": "k.o", "bind": "LOCAL"}  # fmt: skip
        files = {"main.o": {"wants": [wanted]}, "k.o": {"local": [name]}}
        assert status("symbol-hidden", world(files, line, [wanted], near=[near])) == expected

    @pytest.mark.parametrize(
        ("bind", "expected"), [("GLOBAL", "supported"), ("LOCAL", "untestable")]
    )
    def test_a_private_function_of_rust_is_no_unmangled_one(self, bind, expected):
        """Only what other crates may call leaves its unit: another name is local to it, and may be meant
        for Rust alone."""
        name = "_ZN3tok8tokenize17h8f48088d52e946ebE"
        near = {"wanted": "tokenize", "wanted_text": "tokenize", "name": name, "text": "tok::tokenize", "file": "tok.o", "bind": bind}  # fmt: skip
        files = {"main.o": {"wants": ["tokenize"]}, "tok.o": {"defines": ["tok_len"]}}
        facts = world(files, "main.o tok.o", ["tokenize"], near=[near])
        assert status("rust-symbol-mangled", facts) == expected


class TestWhatWasNotGiven:
    """A file that is absent may be where the definition was put."""

    def test_a_library_that_was_linked_of_it_may_hide_it(self):
        """Only the object is at hand, and the log links it into a library that is not."""
        made = {"line_no": 20, "output": "libk.so", "driver": "cc", "inputs": [["object", "k.o"]]}
        last = {"line_no": 30, "driver": "cc", "words": ["main.o", "libk.so"],
                "inputs": [["object", "main.o"], ["shared", "libk.so"]]}  # fmt: skip
        files = {"main.o": MAIN, "k.o": K}
        facts = world(files, said=["f"])
        for commands, expected in (([made, last], "untestable"), ([last], "supported")):
            links = make_facts(link_commands=commands).link_commands
            assert status("object-not-linked", replace(facts, link_commands=links)) == expected

    def test_the_archive_of_another_platform_is_not_this_ones(self):
        """Both platforms link an archive of that name, and one of the two was given."""

        def link(platform):
            return {"line_no": 39, "platform": platform, "words": ["libk.a", "main.o"],
                    "inputs": [["archive", "libk.a"], ["object", "main.o"]]}  # fmt: skip

        files = {"arm64/libk.a(k.o)": {**K, "arch": "aarch64"}, "k.o": {**K, "arch": "riscv64"}}
        facts = world(files, said=[{"symbol": "f", "object": "main.o", "platform": RISCV64}])
        links = make_facts(link_commands=[link(ARM64), link(RISCV64)]).link_commands
        owners = {"arm64/libk.a": ARM64, "k.o": RISCV64}
        seen = facts.sightings.assign(platform=facts.sightings["file"].map(owners))
        facts = replace(
            facts, platforms=(ARM64, RISCV64), platform_of_file=owners, sightings=seen,
            link_commands=links,
        )  # fmt: skip
        own = [f for f in judged("object-not-linked", facts) if f.platform == RISCV64]
        assert [f.status for f in own] == ["untestable"]

    def test_a_numbered_library_is_what_its_link_leads_to(self):
        """libk.so is a symbolic link to libk.so.1.2, and links are not followed."""
        files = {"main.o": MAIN, "k.o": K, "libk.so.1.2": {"local": ["f"]}}
        facts = world(files, "main.o libk.so", ["f"])
        assert judged("object-not-linked", facts) == []
        assert status("symbol-hidden", facts) == "supported"

    def test_a_thin_archive_whose_members_were_not_given(self):
        """The linker read them: it complains of no file."""
        files = {"main.o": MAIN, "libk.a(k.o)": {}}
        gone = [{"file": "libk.a", "member": "k.o", "reason": "obj/k.o does not exist"}]
        facts = world(files, "main.o libk.a", ["f"], unreadable=gone)
        objects = facts.objects.assign(format="thin-archive")
        assert judged("thin-archive-broken", replace(facts, objects=objects)) == []

    def test_a_shared_form_that_this_build_makes(self):
        """The static link finds no archive, whatever was given of the rest."""
        said = {"kind": "library_not_found", "object": "-lk", "detail_text": "cannot find -lk"}
        made = {"line_no": 20, "output": "out/libk.so", "words": ["-shared"]}
        last = {"line_no": 30, "words": ["-static"], "flags": ["-static"]}
        facts = world({"main.o": MAIN}, said=[said])
        links = make_facts(link_commands=[made, last]).link_commands
        facts = replace(facts, link_commands=links)
        assert status("static-library-missing", facts) == "supported"
        assert judged("library-not-found", facts) == []
        own = replace(facts, link_commands=links.tail(1))
        assert status("library-not-found", own) == "supported"
        text = "gcc -shared -fPIC -o out/libk.so k.c"
        lines = [{"line_no": 20, "text": text, "kind": "other"}]
        in_one_go = world({"main.o": MAIN}, "-static main.o -lk", [said], lines=lines)
        assert status("static-library-missing", in_one_go) == "supported"

    def test_a_static_link_of_a_system_library(self):
        """Whether the image has its shared form is not in the objects of the build."""
        said = {"kind": "library_not_found", "object": "-lssl", "detail_text": "cannot find -lssl"}
        facts = world({"main.o": MAIN}, "-static main.o -lssl", [said])
        assert status("library-not-found", facts) == "untestable"


class TestArchives:
    """An archive without an index."""

    SAID = ({"symbol": None, "kind": "other", "object": "libk.a",
             "detail_text": "libk.a: error adding symbols: archive has no index"},)  # fmt: skip

    def test_one_whose_members_have_no_names_has_nothing_to_list(self):
        """ranlib does not help."""
        files = {"main.o": MAIN, "libk.a(k.o)": {"has_index": False}}
        facts = world(files, "main.o libk.a", self.SAID)
        assert status("archive-without-index", facts) == "untestable"
        files = {**ARCHIVE, "libk.a(k.o)": {**K, "has_index": False}}
        facts = world(files, "main.o libk.a", self.SAID)
        assert status("archive-without-index", facts) == "supported"

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("aarch64-linux-gnu-strip --strip-all out/libk.a", "untestable"),
            ("strip --strip-unneeded libk.a", "supported"),
            ("strip app", "supported"),
        ],
    )
    def test_the_log_strips_it(self, text, expected):
        """Of what a link needs, or of more."""
        facts = world(said=self.SAID, lines=[{"line_no": 5, "text": text, "kind": "other"}])
        assert status("archive-without-index", facts) == expected


class TestForgiven:
    """A link that may fail stops no build."""

    @pytest.mark.parametrize(
        ("word", "left"),
        [
            ("make: [Makefile:2: all] Error 1 (ignored)", [9]),
            ("+ true", [9]),
            ("make: *** [Makefile:2: all] Error 1", [2, 9]),
        ],
    )
    def test_another_links_errors_count(self, word, left):
        """By make's word, or by what the shell traces after `||`."""
        texts = {3: "collect2: error: ld returned 1 exit status", 4: word, 10: "collect2: error: ld returned 1 exit status"}  # fmt: skip
        facts = make_facts(
            lines=[{"line_no": n, "text": t, "kind": "other"} for n, t in texts.items()]
        )
        errors = make_facts(link_errors=[{"line_no": 2}, {"line_no": 9}]).link_errors
        assert list(without_forgiven(errors, facts.lines)["line_no"]) == left
        alone = errors.head(1)
        assert list(without_forgiven(alone, facts.lines)["line_no"]) == [2]


class TestMasks:
    """A switch that ignores undefined symbols."""

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("make: *** [Makefile:4: all] Segmentation fault", "untestable"),
            ("make: *** [Makefile:4: all] Error 1", "refuted"),
        ],
    )
    def test_a_program_that_died_was_linked(self, text, expected):
        """The failure is not the linker's, though the log is red."""
        link = {"line_no": 2, "flags": ["-Wl,--unresolved-symbols=ignore-all"], "words": []}
        end = {"outcome": "failed", "line_no": 4, "text": text}
        facts = make_facts(link_commands=[link], outcomes=[end])
        assert status("undefined-ignored", facts) == expected


class TestEntry:
    """Linkers warn of an entry point that they do not find, and go on."""

    LINES = (
        "ld: a.o: plugin needed to handle lto object",
        "ld: warning: cannot find entry symbol _start; defaulting to 0000000000401000",
    )

    @pytest.mark.parametrize(
        ("lines", "said", "entry", "plugin"),
        [
            (LINES[1:], (), "supported", ""),
            (LINES, (), "supported", "supported"),  # of the two the plugin goes first
            (LINES[1:], [{"kind": "duplicate", "symbol": "x"}], "", ""),
        ],
    )
    def test_what_stopped_the_link_goes_first(self, lines, said, entry, plugin):
        """Bytecode that is not read holds the entry as well."""
        rows = [{"line_no": no, "text": text, "kind": "linker"} for no, text in enumerate(lines, 4)]
        facts = world({"a.o": {"is_lto": True}}, "-o k.elf a.o", said, lines=rows)
        assert status("entry-point-missing", facts) == entry
        assert status("lto-plugin-not-loaded", facts) == plugin
