"""Green links whose programs die: what was ignored is a mask, and what only looks like one."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, judge
from tests.kernel_frames import KEPT, RUN, WANTED, status

FLAG = {**KEPT, "value": "-C link-arg=-Wl,--unresolved-symbols=ignore-all"}
PROGRAM = {"file": "program", "kind": "executable"}
LINKED = {"platform": AMD64, "outcome": "linked"}


class TestMasks:
    """undefined-ignored and duplicate-ignored."""

    def test_a_switch_and_a_symbol_left_open_support_it(self):
        """Both are needed: the switch in the flags, the symbol in the output."""
        left = {"file": "program", "name": WANTED, "role": "wanted", "is_output": True}
        frames = {
            "env": [FLAG],
            "instructions": [RUN],
            "objects": [PROGRAM],
            "sightings": [left],
            "outcomes": [LINKED],
        }
        (finding,) = judge("undefined-ignored", **frames)
        assert (finding.status, finding.symbol) == ("supported", WANTED)

    def test_a_switch_that_hid_nothing_is_refuted(self):
        """The output wants nothing: the switch was there for nothing."""
        frames = {"env": [FLAG], "instructions": [RUN], "objects": [PROGRAM], "outcomes": [LINKED]}
        assert status("undefined-ignored", **frames) == "refuted"

    def test_without_the_output_it_is_untestable(self):
        """A green log says nothing of what the switch hid."""
        frames = {"env": [FLAG], "instructions": [RUN], "outcomes": [LINKED]}
        assert status("undefined-ignored", **frames) == "untestable"

    def test_no_switch_no_finding(self):
        """An ordinary build is not suspected."""
        assert judge("undefined-ignored", env=[KEPT], instructions=[RUN]) == []

    @pytest.mark.parametrize("value", ["-Wl,--defsym=x=0", "-Wl,--defsym,x=0x0", "-Wl,-z,undefs"])
    def test_spellings_of_the_switch(self, value):
        """The linker takes each of these."""
        frames = {"env": [{**FLAG, "value": value}], "instructions": [RUN], "outcomes": [LINKED]}
        assert status("undefined-ignored", **frames) == "untestable"

    def test_a_defsym_of_a_real_address_is_no_mask(self):
        """`--defsym=x=0x1000` gives a place; only zero hides that there is none."""
        frames = {"env": [{**FLAG, "value": "-Wl,--defsym=x=0x1000"}], "instructions": [RUN]}
        assert judge("undefined-ignored", **frames) == []

    def test_one_member_in_two_archives_is_no_duplicate(self):
        """An rlib bundles the archive's member: the same name and size count once."""
        one = {"file": "libk.a", "member": "k.o", "name": "f", "role": "defined", "size_bytes": 9}
        frames = {
            "env": [{**FLAG, "value": "-Wl,--allow-multiple-definition"}],
            "instructions": [RUN],
            "objects": [{"file": "libk.a", "member": "k.o"}, {"file": "l.rlib", "member": "k.o"}],
            "sightings": [one, {**one, "file": "l.rlib"}],
        }
        assert status("duplicate-ignored", **frames) == "refuted"

    def test_two_different_definitions_are_told(self):
        """The switch takes the first and says nothing."""
        one = {"file": "a.o", "name": "f", "role": "defined", "size_bytes": 9}
        frames = {
            "env": [{**FLAG, "value": "-Wl,-z,muldefs"}],
            "instructions": [RUN],
            "objects": [{"file": "a.o"}, {"file": "b.o"}],
            "sightings": [one, {**one, "file": "b.o", "size_bytes": 30}],
        }
        assert status("duplicate-ignored", **frames) == "supported"


@pytest.mark.parametrize("outcome", ["canceled", "unknown"])
def test_a_platform_that_never_linked_is_not_green(outcome):
    """Its own log is asked for."""
    found = judge("definition-not-found", outcomes=[{"platform": AMD64, "outcome": outcome}])
    assert [f.status for f in found] == ["untestable"]
    assert AMD64 in found[0].missing[0].how[0]
