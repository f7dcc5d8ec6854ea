"""Definitions that exist and are not used: the order of the command, and the machine."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.facts import Symbol
from diag.causes.order import ordered
from tests.facts_builder import AMD64
from tests.link_world import ARCHIVE, MAIN, K, judged, status, world


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
