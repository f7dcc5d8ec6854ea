"""Definitions that exist and are not seen; the remainder, and claims of which no judge speaks."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.rivals import answer_claims, explained_once
from tests.facts_builder import AMD64
from tests.link_world import ARCHIVE, MAIN, K, judged, status, world


class TestVisibility:
    """symbol-hidden, symbol-version-missing, dso-underlinked."""

    def test_hidden_counts_only_in_a_shared_object(self):
        """A version script or hidden visibility made it local there."""
        files = {"main.o": MAIN, "libk.so": {"local": ["f"]}}
        assert status("symbol-hidden", world(files, "main.o libk.so", ["f"])) == "supported"
        assert judged("symbol-hidden", world(ARCHIVE, "main.o libk.a", ["f"])) == []

    def test_a_static_namesake_decides_only_with_every_input_read(self):
        """Another input may define it for all."""
        files = {"main.o": MAIN, "k.o": {"local": ["f"]}}
        assert status("symbol-hidden", world(files, "main.o k.o", ["f"])) == "supported"
        assert status("symbol-hidden", world(files, "main.o k.o other.o", ["f"])) == "untestable"

    def test_a_usable_definition_refutes_it(self):
        """One for others is enough."""
        files = {"main.o": MAIN, "k.o": {"local": ["f"]}, "j.o": K}
        assert status("symbol-hidden", world(files, "main.o k.o j.o", ["f"])) == "refuted"

    def test_what_a_shared_object_wants_of_the_program(self):
        """GNU ld's own words."""
        text = "app: hidden symbol `f' in main.o is referenced by DSO"
        said = [{"kind": "hidden", "symbol": "f", "object": "main.o", "detail_text": text}]
        assert status("symbol-hidden", world(said=said)) == "supported"

    @pytest.mark.parametrize(
        ("offered", "line", "expected"),
        [
            ("f@@V1", "main.o libk.so", "supported"),
            ("f@@V2", "main.o libk.so", "refuted"),
            ("f@V2", "main.o libk.so", "refuted"),
            ("f@@V2", "main.o -lother", "untestable"),
            ("f@@V2", None, "untestable"),
        ],
    )
    def test_versions_on_both_sides(self, offered, line, expected):
        """Wanted V2: which versions does the library offer, and is it the one that was linked?"""
        text = "main.c:(.text+0x5): undefined reference to `f@V2'"
        files = {"main.o": MAIN, "libk.so": {"defines": [offered]}}
        facts = world(files, line, [{"symbol": "f", "object": "main.o", "detail_text": text}])
        assert status("symbol-version-missing", facts) == expected

    def test_an_old_version_serves_no_new_link(self):
        """A single @: kept for programs that were linked before."""
        files = {"main.o": MAIN, "libk.so": {"defines": ["f@V1"]}}
        assert (
            status("symbol-version-missing", world(files, "main.o libk.so", ["f"])) == "supported"
        )
        assert judged("symbol-version-missing", world(ARCHIVE, "libk.a main.o", ["f"])) == []

    def test_a_version_without_a_library_asks_for_it(self):
        """Nothing given offers the name at all."""
        said = [
            {
                "symbol": "f",
                "object": "libm.so",
                "detail_text": "libm.so: undefined reference to `f@V2'",
            }
        ]
        assert (
            status("symbol-version-missing", world({"main.o": {}}, "main.o", said)) == "untestable"
        )

    @pytest.mark.parametrize(
        ("needed", "other", "expected"),
        [(["libc.so.6"], {}, "supported"), (["libz9.so"], {}, "untestable"),
         (["libk.so"], {"libk.so": K}, "refuted"), ([], {"libk.so": K}, "supported")],
    )  # fmt: skip
    def test_what_a_shared_object_names_for_what_it_wants(self, needed, other, expected):
        """Its NEEDED entries against what defines the name."""
        said = [
            {
                "symbol": "f",
                "object": "libmid.so",
                "detail_text": "libmid.so: undefined reference to `f'",
            }
        ]
        files = {"main.o": {}, "libmid.so": {"wants": ["f"], "needed": needed}, **other}
        assert status("dso-underlinked", world(files, "main.o libmid.so", said)) == expected

    def test_an_object_that_wants_it_does_not_invite_it(self):
        """Only what a shared object wants."""
        assert judged("dso-underlinked", world(ARCHIVE, "libk.a main.o", ["f"])) == []


MADE = {"wants": ["f"], "defines": ["main"]}
MAKING = [{"line_no": 1, "kind": "other", "text": "cc -O1 -c -o main.o main.c"}]


class TestRemainder:
    """definition-not-found, and explanations beside each other."""

    def test_every_input_has_to_be_read(self):
        """Never claimed over an input that nobody looked into."""
        files = {"main.o": MADE}
        made = world(files, "main.o", ["f"], lines=MAKING)
        assert status("definition-not-found", made) == "supported"
        assert status("definition-not-found", world(files, "main.o k.o", ["f"])) == "untestable"
        assert status("definition-not-found", world(files, None, ["f"])) == "untestable"
        assert status("definition-not-found", world(ARCHIVE, "main.o libk.a", ["f"])) == "refuted"

    def test_system_libraries_are_known(self):
        """-lm was not given, and what it has is known: f is none of it, sin is."""
        made = world({"main.o": MADE}, "main.o -lm", ["f"], lines=MAKING)
        assert status("definition-not-found", made) == "supported"
        files = {"main.o": {"wants": ["sin"]}}
        assert status("definition-not-found", world(files, "main.o -lm", ["sin"])) == "untestable"

    def test_bytecode_may_define_it(self):
        """Its names are not read."""
        files = {"main.o": MAIN, "k.o": {"is_lto": True}}
        (finding,) = judged("definition-not-found", world(files, "main.o k.o", ["f"]))
        assert (finding.status, finding.missing[0].how[0]) == ("untestable", "gcc-nm k.o")

    def test_what_is_open_holds_the_remainder_back(self):
        """An explanation that is invited and cannot be told makes it no answer."""
        facts = world({"main.o": MADE}, "main.o", ["f"], lines=MAKING)
        rest = judged("definition-not-found", facts)
        rival = CATALOGUE["symbol-hidden"].finding("untestable", facts.wanted[0])
        told = explained_once([*rest, rival], CATALOGUE)
        assert [finding.status for finding in told] == ["untestable", "untestable"]

    def test_a_finding_of_several_names_is_outdone_only_as_a_whole(self):
        """One of its names explained: it stays; all of them: it is refuted by that."""
        files = {"main.o": {"wants": ["f", "g"], "defines": ["main"]}}
        facts = world(files, "main.o", ["f", "g"], lines=MAKING)
        (rest,) = judged("definition-not-found", facts)
        exact = CATALOGUE["tls-mismatch"].finding("supported", facts.wanted[0])
        both = CATALOGUE["tls-mismatch"].finding("supported", facts.wanted[0], covers=["g"])
        assert explained_once([rest, exact], CATALOGUE)[0].status == "supported"
        outdone = explained_once([rest, both], CATALOGUE)[0]
        assert outdone.status == "refuted"
        assert outdone.evidence[0].text.startswith("explained by tls-mismatch")


class TestClaims:
    """What someone claims and no judge speaks of."""

    def test_a_claim_is_refuted_by_what_the_linker_said(self):
        """The real words are the evidence."""
        facts = world(said=["f"], claims=["text-relocation"])
        (finding,) = answer_claims(facts, [], CATALOGUE)
        assert (finding.status, finding.role) == ("refuted", "claim")
        assert finding.evidence[0].line_no == 40

    def test_a_green_build_refutes_it_and_a_crash_does_not(self):
        """A program that died may have died of it."""
        green = {"platform": AMD64, "outcome": "linked"}
        facts = world(claims=["text-relocation"], outcomes=[green])
        assert [f.status for f in answer_claims(facts, [], CATALOGUE)] == ["refuted"]
        facts = world(claims=["text-relocation"], outcomes=[{**green, "ran": False}])
        assert [f.status for f in answer_claims(facts, [], CATALOGUE)] == ["untestable"]

    def test_a_judge_that_spoke_is_enough(self):
        """No second answer."""
        facts = world(said=["f"], claims=["symbol-hidden"])
        assert list(answer_claims(facts, judged("symbol-hidden", facts), CATALOGUE)) == []
