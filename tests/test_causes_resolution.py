"""Definitions that exist and are not used, files that are not there, and the remainder."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.facts import Symbol
from diag.causes.order import ordered
from diag.causes.rivals import answer_claims, explained_once
from tests.facts_builder import AMD64
from tests.link_world import judged, status, world

MAIN = {"wants": ["f"]}
K = {"defines": ["f"]}
ARCHIVE = {"main.o": MAIN, "libk.a(k.o)": K}


class TestOrder:
    """static-link-order and object-not-linked, on the resolver."""

    @pytest.mark.parametrize(
        ("command", "expected"),
        [
            ("main.o libk.a", "refuted"),
            ("libk.a main.o", "supported"),
            ("libk.a main.o libk.a", "refuted"),
            ("-Wl,--start-group libk.a main.o -Wl,--end-group", "refuted"),
            ("-L. -lk main.o", "supported"),
            ("main.o -L. -lk", "refuted"),
            ("-Wl,--whole-archive libk.a -Wl,--no-whole-archive main.o", "refuted"),
        ],
    )
    def test_the_line_is_resolved_as_gnu_ld_reads_it(self, command, expected):
        """Groups, archives named twice, -l words and whole archives count."""
        assert status("static-link-order", world(ARCHIVE, command, ["f"])) == expected

    def test_archives_that_need_one_another(self):
        """liba needs libb, and libb a member of liba that nobody had asked for."""
        files = {
            "main.o": MAIN,
            "liba.a(f.o)": {"defines": ["f"], "wants": ["g"]},
            "liba.a(h.o)": {"defines": ["h"]},
            "libb.a(g.o)": {"defines": ["g"], "wants": ["h"]},
        }
        said = [{"symbol": "h", "object": "libb.a", "member": "g.o"}]
        assert (
            status("static-link-order", world(files, "main.o liba.a libb.a", said)) == "supported"
        )
        assert (
            status("static-link-order", world(files, "main.o liba.a libb.a liba.a", said))
            == "refuted"
        )

    @pytest.mark.parametrize("linker", ["lld", "rust-lld", "mold"])
    def test_where_order_does_not_matter_nothing_is_said(self, linker):
        """lld and mold link that line: if they fail, order is not the cause."""
        assert (
            judged("static-link-order", world(ARCHIVE, "libk.a main.o", ["f"], linker=linker)) == []
        )

    def test_a_shared_library_before_its_user_is_dropped_by_as_needed(self):
        """GNU ld wants the name although the library is on the line."""
        files = {"main.o": MAIN, "libk.so": K}
        assert status("static-link-order", world(files, "libk.so main.o", ["f"])) == "supported"
        assert status("static-link-order", world(files, "main.o libk.so", ["f"])) == "refuted"

    def test_a_system_library_before_its_user(self):
        """What -lm has is known; it is not among the objects given."""
        files = {"main.o": {"wants": ["exp2"]}}
        assert status("static-link-order", world(files, "-lm main.o", ["exp2"])) == "supported"
        assert judged("static-link-order", world(files, "main.o -lm", ["exp2"])) == []

    def test_a_system_library_before_its_user_by_the_log_alone(self):
        """A switch on the command shows that order counts; without one, or behind its user, it is open."""
        for switch in ("-Wl,-O1,--as-needed", "-static"):
            early = world(None, f"{switch} -lm main.o", ["exp2"])
            assert status("static-link-order", early) == "supported"
            late = world(None, f"{switch} main.o -lm", ["exp2"])
            assert status("static-link-order", late) == "untestable"
        assert status("static-link-order", world(None, "-lm main.o", ["exp2"])) == "untestable"
        assert status("static-link-order", world(None, "libm.a main.o", ["exp2"])) == "supported"

    def test_what_one_trial_decides_is_the_first_of_what_is_open(self):
        """libz before the archive that wants it: the log alone does not tell of --as-needed."""
        said = [{"symbol": "deflate", "object": "libcore.a", "member": "core.o"}]
        (early,) = judged("static-link-order", world(None, "main.o -lz libcore.a", said))
        assert early.status == "untestable"
        assert "-lz stands before libcore.a" in early.evidence[0].text
        assert "-lz after libcore.a" in early.missing[0].how[0]
        other = CATALOGUE["object-not-linked"].finding("untestable", Symbol("deflate", AMD64))
        assert ordered([other, early], CATALOGUE, ()) == [early, other]
        (late,) = judged("static-link-order", world(None, "main.o -lcore -lz", said))
        assert not late.missing[0].is_trial

    def test_an_object_that_is_not_named(self):
        """It defines the symbol and the command does not name it; then order is no topic."""
        facts = world({"main.o": MAIN, "k.o": K}, "main.o", ["f"])
        (finding,) = judged("object-not-linked", facts)
        assert finding.status == "supported"
        assert "k.o" in finding.fix[0]
        assert judged("static-link-order", facts) == []

    def test_an_object_that_is_named_refutes_it(self):
        """On the line: something else is wrong."""
        assert status("object-not-linked", world(ARCHIVE, "libk.a main.o", ["f"])) == "refuted"

    @pytest.mark.parametrize("cause", ["object-not-linked", "static-link-order"])
    def test_a_command_that_is_not_known_whole(self, cause):
        """Left-out words and response files may hold the ones that decide."""
        assert status(cause, world(ARCHIVE, None, ["f"])) == "untestable"
        assert status(cause, world(ARCHIVE, "main.o @rest.rsp", ["f"])) == "untestable"

    @pytest.mark.parametrize("cause", ["object-not-linked", "static-link-order", "symbol-hidden"])
    def test_without_objects_each_is_untestable(self, cause):
        """A log alone does not say where a definition stands."""
        (finding,) = judged(cause, world(said=["f"]))
        assert finding.status == "untestable"
        assert finding.missing[0].artefact == f"objects and archives of {AMD64}"

    def test_many_names_make_one_finding(self):
        """500 names of one object: one finding, the first few looked into, evidence of eight."""
        names = [f"f{no}" for no in range(500)]
        files = {"main.o": {"wants": names}, "k.o": {"defines": names}}
        (finding,) = judged("object-not-linked", world(files, "main.o", names))
        assert finding.symbol == "f0"
        assert len(finding.covers) == 299
        assert len(finding.evidence) == 8
        told = "(300 of 500 symbols, of which the first 300 were looked into: f0, f1, f2, ...)."
        assert finding.claim.endswith(told)


class TestMachine:
    """wrong-arch-object."""

    REFUSED = {
        "kind": "wrong_arch",
        "object": "k.o",
        "detail_text": "k.o: Relocations in generic ELF (EM: 183)",
    }

    def test_the_linkers_words_decide(self):
        """Also where no symbol is told to be missing; alone they do not say whose fault it is."""
        assert status("wrong-arch-object", world(said=[self.REFUSED])) == "untestable"
        given = world({"main.o": MAIN}, said=[self.REFUSED])
        assert status("wrong-arch-object", given) == "supported"

    def test_a_float_abi_is_another_matter(self):
        """The linker's words for it are of the same kind."""
        vfp = {**self.REFUSED, "detail_text": "k.o uses VFP register arguments, app does not"}
        assert judged("wrong-arch-object", world(said=[vfp])) == []

    def test_only_definitions_of_another_machine(self):
        """Headers decide where the linker is silent; one definition of the target's is enough."""
        files = {"main.o": MAIN, "k.o": {**K, "arch": "aarch64"}}
        assert status("wrong-arch-object", world(files, "main.o k.o", ["f"])) == "supported"
        assert judged("wrong-arch-object", world(files, "main.o", ["f"])) == []
        all_other = {"main.o": {**MAIN, "arch": "aarch64"}, "k.o": {**K, "arch": "aarch64"}}
        assert judged("wrong-arch-object", world(all_other, "main.o k.o", ["f"])) == []
        assert judged("object-not-linked", world(files, "main.o", ["f"])) == []
        assert judged("wrong-arch-object", world({**files, "j.o": K}, "main.o j.o", ["f"])) == []

    def test_an_unknown_format_whose_header_names_a_machine(self):
        """GNU ld for arm does not know every machine."""
        unknown = {
            "kind": "format",
            "object": "k.o",
            "detail_text": "k.o: file not recognized: file format not recognized",
        }
        files = {"k.o": {"arch": "aarch64"}}
        assert status("wrong-arch-object", world(files, "k.o", [unknown])) == "supported"
        assert judged("wrong-arch-object", world({"k.o": {}}, "k.o", [unknown])) == []

    def test_the_names_of_its_own_link_are_covered(self):
        """What is undefined in the same link is explained by it, not what another link wants."""
        end = {
            "line_no": 45,
            "kind": "linker",
            "text": "collect2: error: ld returned 1 exit status",
        }
        said = [self.REFUSED, "f", {"symbol": "late", "line_no": 50}]
        (finding,) = judged("wrong-arch-object", world(said=said, lines=[end]))
        assert finding.symbols == ("", "f")


class TestArchives:
    """archive-without-index, object-truncated, thin-archive-broken."""

    NO_INDEX = {
        "kind": "format",
        "object": "libk.a",
        "detail_text": "libk.a: error adding symbols: archive has no index; run ranlib to add one",
    }

    def test_no_index_by_words_and_by_the_archive(self):
        """Either decides."""
        bare = {"main.o": MAIN, "libk.a(k.o)": {**K, "has_index": False}}
        assert status("archive-without-index", world(said=[self.NO_INDEX])) == "supported"
        assert status("archive-without-index", world(bare, "main.o libk.a", ["f"])) == "supported"
        assert (
            judged("archive-without-index", world(bare, "main.o libk.a", ["f"], linker="lld")) == []
        )

    def test_an_archive_of_bytecode_is_left_to_lto(self):
        """Its index is missing because the archiver could not read the members."""
        slim = {"libk.a(k.o)": {"has_index": False, "is_lto": True}}
        assert judged("archive-without-index", world(slim, "main.o libk.a", [self.NO_INDEX])) == []

    @pytest.mark.parametrize(
        "text",
        ["error: k.o: file too short", "k.o: section table goes past the end of file",
         "k.o: e_shoff or e_shnum corrupted: 700 11", "k.o: file is empty"],
    )  # fmt: skip
    def test_each_linkers_words_for_a_short_file(self, text):
        """GNU ld, lld, mold, gold."""
        assert (
            status("object-truncated", world(said=[{"kind": "format", "detail_text": text}]))
            == "supported"
        )

    def test_a_short_input_is_found_by_reading_it(self):
        """lld and GNU ld take an empty object for a script and report plain undefined names."""
        short = [{"file": "k.o", "reason": "11 section headers claimed, 4 are in the file"}]
        files = {"main.o": MAIN, "k.o": {}}
        (finding,) = judged("object-truncated", world(files, "main.o k.o", ["f"], unreadable=short))
        assert (finding.status, finding.symbols) == ("supported", ("f",))
        assert judged("object-truncated", world(files, "main.o", ["f"], unreadable=short)) == []

    def test_words_that_fit_other_faults_ask_for_the_file(self):
        """`file format not recognized` may be bytecode."""
        said = [
            {
                "kind": "format",
                "object": "k.o",
                "detail_text": "k.o: file not recognized: file format not recognized",
            }
        ]
        assert status("object-truncated", world(said=said)) == "untestable"

    def test_thin_archives(self):
        """By words, and by members that are gone; a file that the command names is something else."""
        gone = {
            "kind": "other",
            "detail_text": "libk.a(k.o): error opening thin archive member: No such file or directory",
        }
        assert status("thin-archive-broken", world(said=[gone])) == "supported"
        files = {"main.o": MAIN, "libk.a": {"format": "thin-archive", "kind": "archive"}}
        lost = [{"file": "libk.a", "member": "k.o", "reason": "/b/k.o does not exist"}]
        cannot = {
            "kind": "object_not_found",
            "object": "k.o",
            "detail_text": "cannot open k.o: No such file",
        }
        assert (
            status("thin-archive-broken", world(files, "main.o libk.a", [cannot], unreadable=lost))
            == "supported"
        )
        assert status("thin-archive-broken", world(None, "main.o libk.a", [cannot])) == "untestable"
        assert judged("thin-archive-broken", world(None, "main.o k.o", [cannot])) == []


NOT_FOUND = {"kind": "library_not_found", "object": "-lk", "detail_text": "cannot find -lk"}


class TestFiles:
    """library-not-found, static-library-missing, entry-point-missing, wrap-target-missing."""

    def test_the_linker_says_that_it_is_not_there(self):
        """The log decides, and the folders searched are told."""
        (finding,) = judged("library-not-found", world(None, "main.o -Lout -lk", [NOT_FOUND]))
        assert finding.status == "supported"
        assert "-Lout" in finding.evidence[1].text

    def test_gold_goes_on_and_its_names_are_covered(self):
        """Undefined only because the library is not there."""
        (finding,) = judged(
            "library-not-found", world(None, "main.o -lk", [NOT_FOUND, "f"], linker="gold")
        )
        assert finding.symbols == ("f",)

    @pytest.mark.parametrize("name", ["-lgcc_s", "-lunwind", "crti.o", "/usr/lib/Scrt1.o"])
    def test_start_files_and_unwinders_are_other_causes(self, name):
        """Each has an explanation of its own."""
        row = {
            **NOT_FOUND,
            "object": name,
            "kind": "library_not_found" if name[0] == "-" else "object_not_found",
        }
        assert judged("library-not-found", world(said=[row])) == []

    def test_a_static_link_asks_which_forms_exist(self):
        """Shared beside: static-library-missing. Nothing known: both are open."""
        shared = {"libk.so": {}}
        found = world(shared, "-static main.o -lk", [NOT_FOUND])
        assert status("static-library-missing", found) == "supported"
        assert judged("library-not-found", found) == []
        alone = world(None, "-static main.o -lk", [NOT_FOUND])
        assert status("static-library-missing", alone) == "untestable"
        assert status("library-not-found", alone) == "untestable"
        assert judged("static-library-missing", world(shared, "main.o -lk", [NOT_FOUND])) == []

    def test_a_first_try_that_another_follows_is_no_cause(self):
        """`cc ... -lk || cc ...`: the second link is meant to follow."""
        line = {"line_no": 39, "kind": "output", "text": "cc -o app main.o -lk || cc -o app main.o"}
        assert (
            judged("library-not-found", world(None, "main.o -lk", [NOT_FOUND], lines=[line])) == []
        )

    def test_no_main(self):
        """The start files ask for it, and all inputs were read."""
        said = [{"symbol": "main", "object": "/usr/lib/Scrt1.o", "function": "_start"}]
        files = {"k.o": K}
        assert status("entry-point-missing", world(files, "-o app k.o", said)) == "supported"
        assert status("entry-point-missing", world(None, "-o app k.o", said)) == "untestable"
        assert (
            status(
                "entry-point-missing", world({**files, "m.o": {"defines": ["main"]}}, "k.o", said)
            )
            == "refuted"
        )
        assert judged("entry-point-missing", world(files, "k.o", ["main"])) == []

    def test_a_library_linked_as_a_program(self):
        """The output's name tells what was meant."""
        said = [{"symbol": "main", "object": "Scrt1.o", "function": "_start"}]
        (finding,) = judged("entry-point-missing", world(None, "-o libk.so k.o", said))
        assert finding.status == "supported"
        assert "-shared" in finding.fix[0]

    def test_wrap(self):
        """The switch and the name decide, unless an object has the wrapper."""
        wrap = "main.o -Wl,--wrap=f"
        assert status("wrap-target-missing", world(None, wrap, ["__wrap_f"])) == "supported"
        assert (
            status("wrap-target-missing", world(None, "main.o -Wl,--wrap,f", ["__wrap_f"]))
            == "supported"
        )
        assert status("wrap-target-missing", world(None, "main.o", ["__wrap_f"])) == "untestable"
        files = {"main.o": {}, "w.o": {"defines": ["__wrap_f"]}}
        assert status("wrap-target-missing", world(files, wrap, ["__wrap_f"])) == "refuted"


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
