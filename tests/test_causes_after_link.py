"""Links that end well and programs that die, and bytecode that is not read."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest

from tests.facts_builder import AMD64, make_facts
from tests.link_world import judged, status, world

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
