"""Archives that are broken, libraries and objects that are not there."""

from __future__ import annotations

import pytest

from tests.link_world import MAIN, K, judged, status, world


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
