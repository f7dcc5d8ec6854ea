"""What stands on the link and was not given keeps a cause open: an archive before its user, the C
library of a C++ declaration; and a name that a library has is no routine of a machine."""

from __future__ import annotations

import pytest

from tests.link_world import judged, status, world

FILES = {"main.o": {"wants": ["crc32", "unit"], "defines": ["main"]}}
ORDER, LINKAGE = "static-link-order", "language-linkage-mismatch"


@pytest.mark.parametrize(
    ("command", "name", "expected"),
    [
        ("-o app -l:libz.a main.o", "crc32", "supported"),
        ("-o app libz.a main.o", "crc32", "supported"),
        ("-o app main.o -l:libz.a", "crc32", ""),
        ("-o app libunit.a main.o", "unit", "untestable"),
        ("-o app -lunit main.o", "unit", "untestable"),
        ("-o app -lunit main.o -lunit", "unit", ""),
        ("-o app -lc main.o", "unit", ""),
        ("-o app main.o libunit.a", "unit", ""),
    ],
)
def test_an_archive_before_its_user_that_was_not_given(command, name, expected):
    """A well-known library by any spelling; of another one the file tells, and it is asked for."""
    facts = world(FILES, command, [name])
    assert status(ORDER, facts) == expected
    if expected == "untestable":
        (finding,) = judged(ORDER, facts)
        assert "unit" in finding.missing[0].why


@pytest.mark.parametrize(
    ("command", "expected"),
    [("-o app main.o -lz", "untestable"), ("-o app main.o", ""), ("-o app main.o -lm", "")],
)
def test_the_c_library_of_a_cxx_name_is_on_the_line(command, expected):
    """crc32 is declared without extern "C": libz, which was not given, has it by its plain name."""
    name = "crc32(unsigned long, unsigned char const*, unsigned int)"
    files = {"main.o": {"wants": ["_Z5crc32mPKhj"], "defines": ["main"]}}
    assert status(LINKAGE, world(files, command, [name])) == expected


def test_a_call_of_a_library_is_no_routine_of_another_machine():
    """`crc32` is a word of Arm's instructions too, and zlib's function."""
    assert status("arch-guard-too-wide", world(FILES, "-o app main.o", ["crc32"])) == ""
    files = {"main.o": {"wants": ["sum_crc32_arm"], "defines": ["main"]}}
    facts = world(files, "-o app main.o", ["sum_crc32_arm"])
    assert status("arch-guard-too-wide", facts) == "untestable"


class TestPartOfTheInputs:
    """`main.o -L. -llow -lcore`: main.o calls pack of libcore.a, and that calls low of liblow.a."""

    LINE = "-o app main.o -L. -llow -lcore"
    SAID = ({"symbol": "low", "object": "libcore.a", "member": "pack.o"},)
    ALL = {
        "main.o": {"wants": ["pack"], "defines": ["main"]},
        "libcore.a(pack.o)": {"wants": ["low"], "defines": ["pack"]},
        "liblow.a(low.o)": {"defines": ["low"]},
        "low.o": {"defines": ["low"]},
        "pack.o": {"wants": ["low"], "defines": ["pack"]},
    }

    def facts(self, *given, line=LINE, **frames):
        """The link with only these files given."""
        files = {key: told for key, told in self.ALL.items() if key.partition("(")[0] in given}
        return world(files, line, self.SAID, **frames)

    @pytest.mark.parametrize(
        ("given", "asked"),
        [
            ("liblow.a", "main.o, -lcore"),
            ("main.o liblow.a", "-lcore"),
            ("libcore.a liblow.a", "main.o"),
            ("libcore.a liblow.a pack.o", "main.o"),
            ("low.o", "-llow"),
            ("main.o libcore.a", "-llow"),
        ],
    )
    def test_the_order_is_open_and_what_was_not_read_is_named(self, given, asked):
        """A true cause is not refuted because its user was not among what was given."""
        (finding,) = judged(ORDER, self.facts(*given.split()))
        assert finding.status == "untestable"
        assert asked in f"{finding.missing[0].artefact} {finding.missing[0].why}"

    def test_with_all_of_it_the_order_is_the_cause(self):
        """Objects that lie about beside the archives change nothing."""
        assert (
            status(ORDER, self.facts(*["main.o", "libcore.a", "liblow.a", "low.o"])) == "supported"
        )

    @pytest.mark.parametrize("line", ["main.o -lcore -llow", "main.o -lcore low.o"])
    def test_behind_a_user_that_the_linker_named_the_order_is_right(self, line):
        """Whatever else was not given: an object is linked wherever it stands."""
        assert status(ORDER, self.facts("liblow.a", "low.o", line=line)) == "refuted"

    def test_a_system_library_that_was_not_given_wants_no_name_of_a_project(self):
        """libm and libz stand on many lines, and nobody gives them."""
        line = "main.o -lcore -lz -lm -llow -lcore"
        facts = self.facts("main.o", "libcore.a", "liblow.a", line=line)
        assert status(ORDER, facts) == "refuted"

    def test_an_object_may_be_in_an_archive_that_was_not_given(self):
        """low.o is not named by the command, and liblow.a may be made of it."""
        facts = self.facts("low.o", "main.o", "libcore.a")
        (finding,) = judged("object-not-linked", facts)
        assert finding.status == "untestable"
        assert "-llow" in finding.missing[0].artefact

    @pytest.mark.parametrize("line", ["main.o -lcore", "main.o -lcore -llow", "main.o -lcore -lz"])
    def test_where_no_unread_library_can_hold_it_it_is_not_linked(self, line):
        """Behind its user an archive would have been searched, and found to have it."""
        facts = self.facts("low.o", "main.o", "libcore.a", line=line)
        assert status("object-not-linked", facts) == "supported"

    @pytest.mark.parametrize(
        ("member", "expected"), [("low.o", "untestable"), ("other.o", "supported")]
    )
    def test_the_log_tells_what_was_put_into_an_archive(self, member, expected):
        """`ar` names the members."""
        lines = [{"line_no": 5, "kind": "archiver", "text": f"ar rcs liblow.a {member}"}]
        facts = self.facts("low.o", "main.o", "libcore.a", lines=lines)
        assert status("object-not-linked", facts) == expected

    @pytest.mark.parametrize(("given", "expected"), [("libcore.a", "refuted"), ("liblow.a", "")])
    def test_what_was_given_agrees_with_the_log_only_where_it_wants_the_name(self, given, expected):
        """An object beside it proves nothing; asked for by name, the explanation is open."""
        assert status("artefacts-disagree", self.facts("main.o", given)) == expected
        claimed = self.facts("main.o", given, claims=["artefacts-disagree"])
        assert status("artefacts-disagree", claimed) == (expected or "untestable")


@pytest.mark.parametrize(
    ("command", "expected"),
    [(None, "untestable"), ("main.o libk.so", "supported"), ("main.o k.o", "refuted")],
)
@pytest.mark.parametrize("kept", ["libk.so", "libk.a(k.o)"])
def test_which_of_two_definitions_the_link_was_given_is_on_its_command(kept, command, expected):
    """One keeps the name to itself, the other gives it: an object that lies about refutes nothing."""
    file = kept.partition("(")[0]
    files = {"main.o": {"wants": ["f"]}, kept: {"hidden": ["f"]}, "k.o": {"defines": ["f"]}}
    line = command and command.replace("libk.so", file)
    assert status("symbol-hidden", world(files, line, ["f"])) == expected
