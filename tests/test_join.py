"""Frames beside frames: what is joined, and that nothing is multiplied or lost on the way."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from diag import schema
from diag.case import Case
from diag.join import (
    join_case_assignments,
    join_flow_and_echoes,
    join_log_and_dockerfile,
    join_symbols,
)
from diag.join.dockerfile import fits
from diag.read.dockerfile import frame_of, parse_dockerfile
from tests.step_frames import steps_frame

DATA = Path("data/avx512-link")


def symbols_frame(*rows):
    """A `symbols` frame of (file, name, is_defined) rows and further columns."""
    base = {"member": "", "member_no": 0, "table": ".symtab", "arch": "x86_64", "bind": "GLOBAL"}
    base |= {"type": "NOTYPE", "visibility": "DEFAULT", "value": 16, "size_bytes": 0}
    return schema.make("symbols", [{**base, "index": n, **row} for n, row in enumerate(rows)])


def objects_frame(**kinds):
    """An `objects` frame of file -> kind."""
    base = {
        "member": "",
        "member_no": 0,
        "format": "elf",
        "arch": "x86_64",
        "abi": "",
        "compiler": "",
    }
    base |= {"needed": [], "is_lto": False, "size_bytes": 1}
    return schema.make("objects", [{**base, "file": f, "kind": kind} for f, kind in kinds.items()])


class TestSymbols:
    """join_symbols."""

    def sight(self, *rows, names=(), **kinds):
        """name -> role of the sightings."""
        frame = join_symbols(symbols_frame(*rows), objects_frame(**kinds), {}, names)
        schema.check(frame, "sightings")
        return dict(zip(frame["name"], frame["role"], strict=True))

    def test_names_asked_for_are_found_in_every_role(self):
        """Wanted where undefined, defined where defined."""
        rows = (
            {"file": "a", "name": "f", "is_defined": False},
            {"file": "b", "name": "g", "is_defined": True},
        )
        kinds = {"a": "relocatable", "b": "relocatable"}
        assert self.sight(*rows, names=["f", "g"], **kinds) == {"f": "wanted", "g": "defined"}

    def test_a_function_at_offset_zero_of_an_object_is_defined(self):
        """Value 0 is the start of a section in an object; only in a program is it nowhere."""
        row = {"file": "a", "name": "f", "is_defined": True, "value": 0}
        assert self.sight(row, names=["f"], a="relocatable") == {"f": "defined"}
        assert self.sight(row, a="executable") == {"f": "zero"}

    def test_an_import_without_a_version_among_versioned_ones_is_left_open(self):
        """glibc's imports carry versions; one that does not was ignored by the link."""
        plain = {"file": "p", "name": "f", "is_defined": False}
        versioned = {"file": "p", "name": "puts", "is_defined": False, "version": "@GLIBC_2.2.5"}
        assert self.sight(plain, versioned, p="executable") == {"f": "wanted"}
        assert self.sight(plain, p="executable") == {}, (
            "where nothing is versioned, nothing is told"
        )

    def test_a_weak_import_may_stay_open(self):
        """Weak undefined symbols are no error."""
        weak = {"file": "p", "name": "f", "is_defined": False, "bind": "WEAK"}
        versioned = {"file": "p", "name": "puts", "is_defined": False, "version": "@V"}
        assert self.sight(weak, versioned, p="executable") == {}

    def test_an_instruction_set_word_makes_a_name_suspect_only_where_nothing_defines_it(self):
        """Without a log, these are the names to look at."""
        wanted = {"file": "a", "name": "dot_avx512", "is_defined": False}
        other = {"file": "a", "name": "malloc", "is_defined": False}
        defined = {"file": "b", "name": "dot_avx512", "is_defined": True}
        kinds = {"a": "relocatable", "b": "relocatable"}
        assert self.sight(wanted, other, **kinds) == {"dot_avx512": "wanted"}
        assert self.sight(wanted, defined, **kinds) == {}

    def test_no_symbols_no_sightings(self):
        """An empty frame has the columns all the same."""
        frame = join_symbols(schema.empty("symbols"), schema.empty("objects"), {}, ["f"])
        assert list(frame.columns) == list(schema.empty("sightings").columns)


class TestFits:
    """A step header is the instruction with values filled in."""

    @pytest.mark.parametrize(
        ("instruction", "header", "is_same"),
        [
            ("RUN make", "RUN make", True),
            ("RUN make", "RUN make all", False),
            ("RUN make $T", "RUN make all", True),
            ("RUN make $T", "RUN make $T", True),
            ("RUN make ${T:-x} -j", "RUN make all -j", True),
            ("RUN make $T -j", "RUN make all -k", False),
            ("RUN a $T b $T c", "RUN a 1 b 2 c", True),
            ("RUN a $T b $T c", "RUN a 1 c", False),
            ("RUN make $T -j && make test", "RUN make all -j && ma...", True),
            ("RUN make -j $T && make test", "RUN make -k a...", False),
        ],
    )
    def test_table(self, instruction, header, is_same):
        """Literal parts must all be there, in order; a variable fits any text."""
        assert fits(instruction, header) is is_same

    def test_a_hostile_header_costs_linear_time(self):
        """Hundreds of variables against a long header: no backtracking."""
        assert not fits("RUN " + "$A a" * 400 + "b", "RUN " + "a" * 20_000)


class TestDrift:
    """join_log_and_dockerfile."""

    def test_a_changed_word_is_shown_from_both_sides(self):
        """The reader sees at once what the log has and what the Dockerfile has."""
        own = frame_of(
            parse_dockerfile("FROM x\nRUN case $T in a) export F=new ;; esac && make\n", "D")
        )
        step = {"name_text": "[b 1/1] RUN case amd64 in a) export F=old ;; esac && make"}
        frame = join_log_and_dockerfile(steps_frame(step), own, "D")
        row = frame.iloc[0]
        assert (bool(row["is_same"]), row["dockerfile_line_no"]) == (False, 2)
        assert "old ;;" in row["differs_at"].split("|")[0]
        assert "new ;;" in row["differs_at"].split("|")[1]

    def test_continuation_lines_and_flags_are_the_same_instruction(self):
        """BuildKit prints the joined line, with its flags and with values filled in."""
        text = "FROM x\nARG P\nRUN --mount=type=cache,id=t-$P,target=/t \\\n    a && \\\n    b\n"
        own = frame_of(parse_dockerfile(text, "D"))
        step = {
            "name_text": "[linux/amd64 b 1/1] RUN --mount=type=cache,id=t-amd64,target=/t     a &&     b"
        }
        assert join_log_and_dockerfile(steps_frame(step), own, "D")["is_same"].all()


def test_each_branch_of_a_case_gives_its_assignments_with_their_lines():
    """Line numbers are those of the file, through continuation lines."""
    text = 'FROM x\nRUN case "$T" in \\\n  a) export F=1 ;; \\\n  *) F=2; G=3 ;; \\\n esac && H=4 make\n'
    frame = join_case_assignments(parse_dockerfile(text, "D"))
    found = list(zip(frame["name"], frame["pattern"], frame["line_no"], strict=True))
    assert found == [("F", "a", 3), ("F", "*", 4), ("G", "*", 4)]
    assert set(frame["case_line_no"]) == {2}
    assert set(frame["esac_line_no"]) == {5}


def test_an_echo_is_compared_with_the_commands_of_its_own_run():
    """Two RUNs receive different values; the echo belongs to the second."""
    text = "FROM x\nRUN F=1 make\nRUN F=2 make && echo F=$F\n"
    instructions = frame_of(parse_dockerfile(text, "D"))
    step = {"name_text": "[b 2/2] RUN F=2 make && echo F=$F", "step_id": "#9"}
    drift = join_log_and_dockerfile(steps_frame(step), instructions, "D")
    lines = schema.make(
        "log_lines",
        [
            {
                "file": "log",
                "line_no": 7,
                "part_no": 1,
                "step_id": "#9",
                "platform": "linux/amd64",
                "text": "F=2",
                "kind": "echo",
            }
        ],
    )
    base = {
        "file": "D",
        "platform": "linux/amd64",
        "command_no": 1,
        "path_no": 1,
        "name": "F",
        "stage": "0",
        "command": "make",
        "argv_text": "make",
        "source": "shell",
        "status": "set",
        "is_exported": True,
        "came_through": [],
    }
    env = schema.make(
        "env",
        [
            {**base, "run_no": 1, "line_no": 2, "value": "1"},
            {**base, "run_no": 2, "line_no": 3, "value": "2"},
        ],
    )
    (row,) = join_flow_and_echoes(lines, env, drift, instructions).itertuples()
    assert (row.echoed, row.arrived, row.is_same) == ("2", "2", True)
    env.loc[1, "value"] = "other"
    (row,) = join_flow_and_echoes(lines, env, drift, instructions).itertuples()
    assert (row.echoed, row.arrived, row.is_same) == ("2", "other", False)


def test_every_join_returns_the_columns_of_its_schema():
    """Also where there is nothing to join."""
    nothing = {
        name: schema.empty(name) for name in ("steps", "instructions", "log_lines", "env", "drift")
    }
    assert isinstance(nothing["steps"], pd.DataFrame)
    drift = join_log_and_dockerfile(nothing["steps"], nothing["instructions"], "D")
    arrivals = join_flow_and_echoes(
        nothing["log_lines"], nothing["env"], drift, nothing["instructions"]
    )
    schema.check(drift, "drift")
    schema.check(arrivals, "arrivals")
    schema.check(join_case_assignments([]), "case_assignments")


def test_an_echo_of_a_step_that_is_not_in_the_dockerfile_says_nothing_of_which_call() -> None:
    """A log of another revision: two calls receive different values, so none is the one."""
    case = Case(
        log=DATA / "old-form" / "build.log", dockerfile=DATA / "before" / "Dockerfile.multiarch"
    )
    drift = join_log_and_dockerfile(case.steps, case.instructions, case.inputs.dockerfile)
    arrivals = join_flow_and_echoes(case.log_lines, case.env, drift, case.instructions)
    assert len(arrivals) == 3
    assert set(arrivals["arrived_status"]) == {"unknown"}
    assert arrivals["arrived"].isna().all()
