"""Each cause: what it catches, and the look-alikes that it must not claim."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diag.causes import CATALOGUE
from tests.facts_builder import AMD64, DOCKERFILE, LOG, judge, make_facts

WANTED = "fold_rows_avx512"
UNDEFINED = {"symbol": WANTED, "line_no": 40, "object": "/t/libnumerics-0123456789abcdef.rlib"}
SKIP = {
    "line_no": 10,
    "kind": "build_script",
    "text": "warning: skipping the avx512 kernel: refused",
}
RLIB = {"file": "libnumerics-0123456789abcdef.rlib", "member": "a.o"}
WANTS = {**RLIB, "name": WANTED, "role": "wanted"}


def status(cause: str, **frames: object) -> str:
    """The status of the only finding of one cause."""
    (finding,) = judge(cause, **frames)
    return finding.status


class TestKernelObjectNotBuilt:
    """kernel-object-not-built."""

    def test_a_skip_told_in_the_log_supports_it_and_asks_for_the_objects(self):
        """The log alone decides where it tells of the skipped kernel; objects would confirm."""
        (finding,) = judge("kernel-object-not-built", link_errors=[UNDEFINED], lines=[SKIP])
        assert finding.status == "supported"
        assert [(e.file, e.line_no) for e in finding.evidence] == [(LOG, 10), (LOG, 40)]
        assert finding.missing[0].artefact == f"objects and archives of {AMD64}"

    def test_a_definition_in_any_member_refutes_it(self):
        """A symbol that some object defines was built, whatever the log says."""
        defined = {"file": "libk.a", "member": "k.o", "name": WANTED, "role": "defined"}
        frames = {"link_errors": [UNDEFINED], "lines": [SKIP], "sightings": [WANTS, defined]}
        assert status("kernel-object-not-built", **frames) == "refuted"

    def test_a_local_definition_does_not_count(self):
        """A static function of that name satisfies nobody."""
        local = {**WANTS, "role": "defined", "bind": "LOCAL", "member": "b.o"}
        frames = {"link_errors": [UNDEFINED], "lines": [SKIP], "sightings": [WANTS, local]}
        assert status("kernel-object-not-built", **frames) == "supported"

    def test_a_skip_of_another_instruction_set_is_not_tied(self):
        """The avx2 kernel was skipped; the avx512 one is missing for another reason."""
        other = {**SKIP, "text": "warning: numerics@0.1.0: skipping the avx2 kernel"}
        assert (
            status("kernel-object-not-built", link_errors=[UNDEFINED], lines=[other])
            == "untestable"
        )

    def test_a_skip_on_another_platform_is_not_tied(self):
        """Each platform's build has its own compiler."""
        other = {**SKIP, "platform": "linux/arm64"}
        frames = {"link_errors": [UNDEFINED], "lines": [other], "platforms": (AMD64, "linux/arm64")}
        assert status("kernel-object-not-built", **frames) == "untestable"

    @pytest.mark.parametrize(
        "text",
        [
            "warning: numerics@0.1.0: could not compile qz.c",
            "warning: skipping fold_rows.c: no compiler",
            "cc1: error: bad value 'native' for '-march=' switch (avx512 kernel)",
        ],
    )
    def test_ties_by_package_by_source_name_and_by_instruction_set(self, text):
        """Three ways to see that the skipped file is the one that is missing."""
        lines = [{**SKIP, "text": text}]
        assert (
            status("kernel-object-not-built", link_errors=[UNDEFINED], lines=lines) == "supported"
        )

    def test_an_ordinary_missing_function_does_not_invite_it(self):
        """No kernel word, no Rust crate: nothing speaks for a kernel at all."""
        error = {**UNDEFINED, "symbol": "sqrtf", "object": "main.o"}
        assert judge("kernel-object-not-built", link_errors=[error]) == []

    def test_a_build_scripts_own_output_tells_the_skip_without_a_log(self):
        """Cargo keeps what the script printed beside its OUT_DIR."""
        warning = {"file": "output", "line_no": 3, "key": "warning", "value": "skipping qz.c"}
        frames = {
            "build_script": [warning],
            "sightings": [WANTS],
            "objects": [RLIB],
            "platform_of_file": {"output": AMD64, RLIB["file"]: AMD64},
        }
        (finding,) = judge("kernel-object-not-built", **frames)
        assert (finding.status, finding.symbol) == ("supported", WANTED)

    def test_the_fix_names_the_refused_flag(self):
        """What to change is told with the flag that this compiler refused."""
        lines = [
            SKIP,
            {
                **SKIP,
                "line_no": 11,
                "text": "warning: cc1: error: bad value 'native' for '-march=' switch",
            },
        ]
        (finding,) = judge("kernel-object-not-built", link_errors=[UNDEFINED], lines=lines)
        assert any("-march=native" in step for step in finding.fix)
        assert any("CFLAGS_x86_64_unknown_linux_gnu" in step for step in finding.fix)


CASE = {"line_no": 5, "name": "RUSTFLAGS", "case_line_no": 4, "esac_line_no": 8, "run_line_no": 3}
RUN = {"line_no": 3, "end_line_no": 9, "instruction": "RUN", "value_text": "case ..."}
KEPT = {
    "name": "RUSTFLAGS",
    "line_no": 9,
    "status": "set",
    "value": "-C x",
    "came_through": [f"{DOCKERFILE}:5"],
}


class TestVariablesLostAfterCase:
    """variables-lost-after-case: a claim that evidence refutes, or that cannot be tested."""

    def test_a_value_that_came_through_a_branch_refutes_it(self):
        """The flow shows the value past esac, with the line of the branch."""
        (finding,) = judge(
            "variables-lost-after-case", env=[KEPT], case_assignments=[CASE], instructions=[RUN]
        )
        assert finding.status == "refuted"
        assert (finding.evidence[0].file, finding.evidence[0].line_no) == (DOCKERFILE, 5)

    def test_an_echo_of_the_same_value_is_cited(self):
        """The log is a second witness."""
        echo = {"name": "RUSTFLAGS", "line_no": 12, "echoed": "-C x", "arrived": "-C x"}
        frames = {
            "env": [KEPT],
            "case_assignments": [CASE],
            "instructions": [RUN],
            "arrivals": [echo],
        }
        (finding,) = judge("variables-lost-after-case", **frames)
        assert (LOG, 12) in [(e.file, e.line_no) for e in finding.evidence]

    def test_without_a_dockerfile_a_stated_claim_is_untestable(self):
        """Nothing is guessed: the artefact is named."""
        (finding,) = judge("variables-lost-after-case", claims=["variables-lost-after-case"])
        assert finding.status == "untestable"
        assert finding.missing[0].artefact == "the Dockerfile that was built"

    def test_an_unknown_value_is_untestable(self):
        """A value that hangs on outside output asks for the probe."""
        unknown = {**KEPT, "status": "unknown", "value": None}
        frames = {"env": [unknown], "case_assignments": [CASE], "instructions": [RUN]}
        assert status("variables-lost-after-case", **frames) == "untestable"

    def test_a_loss_by_a_pipe_is_told_as_such(self):
        """Where the value is really lost, the reason is the pipe and not esac."""
        lost = {
            **KEPT,
            "status": "unset",
            "value": None,
            "came_through": [],
            "lost_at": f"{DOCKERFILE}:8",
            "lost_by": "pipeline",
        }
        frames = {"env": [lost], "case_assignments": [CASE], "instructions": [RUN]}
        (finding,) = judge("variables-lost-after-case", **frames)
        assert finding.status == "refuted"
        assert "pipeline" in finding.evidence[0].text


class TestLosses:
    """arg-scope-lost, dockerfile-env-flow-broken, rustflags-precedence-or-target-split."""

    @pytest.mark.parametrize(
        ("lost_by", "cause"),
        [
            ("arg-not-declared", "arg-scope-lost"),
            ("separate-run", "dockerfile-env-flow-broken"),
            ("outranked-in-cargo", "rustflags-precedence-or-target-split"),
        ],
    )
    def test_each_loss_belongs_to_its_cause_and_to_no_other(self, lost_by, cause):
        """One lost value supports one of the three; the other two are refuted."""
        lost = {
            **KEPT,
            "status": "unset",
            "value": None,
            "lost_by": lost_by,
            "lost_at": f"{DOCKERFILE}:2",
        }
        three = (
            "arg-scope-lost",
            "dockerfile-env-flow-broken",
            "rustflags-precedence-or-target-split",
        )
        found = {c: status(c, env=[lost], instructions=[RUN]) for c in three}
        assert found == {c: "supported" if c == cause else "refuted" for c in three}

    def test_a_stage_without_an_arg_is_cited_by_its_from(self):
        """No line of the stage names what it does not declare: the FROM is told in its own words."""
        stage = {
            **RUN,
            "line_no": 4,
            "end_line_no": 4,
            "instruction": "FROM",
            "value_text": "a AS b",
        }
        lost = {**KEPT, "status": "unset", "value": None, "lost_by": "arg-not-declared"}
        env = [{**lost, "lost_at": f"{DOCKERFILE}:4"}]
        (finding,) = judge("arg-scope-lost", env=env, instructions=[stage, RUN])
        told = finding.evidence[0]
        assert (told.line_no, told.text.partition(":")[0]) == (4, "FROM a AS b")

    def test_that_nothing_is_lost_is_told_of_the_whole_dockerfile(self):
        """No single line shows what all of them together do not do."""
        failed = {"platform": AMD64, "outcome": "failed"}
        (finding,) = judge("arg-scope-lost", instructions=[RUN], outcomes=[failed])
        assert (finding.status, finding.evidence[0].line_no) == ("refuted", None)

    def test_a_name_that_steers_no_tool_is_the_scripts_own_affair(self):
        """A helper variable that is not exported is no broken flow."""
        own = {
            **KEPT,
            "name": "TRIPLE_OF_MINE",
            "status": "unset",
            "value": None,
            "lost_by": "not-exported",
        }
        assert status("dockerfile-env-flow-broken", env=[own], instructions=[RUN]) == "refuted"


class TestNoBranchMatched:
    """no-branch-matched."""

    @pytest.mark.parametrize("state", ["empty", "unset"])
    def test_the_trap_is_latent_and_tells_empty_from_unset(self, state):
        """An empty RUSTFLAGS switches configuration off; an unset one does not."""
        lost = {
            **KEPT,
            "platform": "linux/riscv64",
            "status": state,
            "value": "" if state == "empty" else None,
            "lost_by": "no-branch-matched",
            "lost_at": f"{DOCKERFILE}:4",
        }
        frames = {"unlisted_env": [lost], "case_assignments": [CASE], "instructions": [RUN]}
        (finding,) = judge("no-branch-matched", **frames)
        assert (finding.role, finding.status, finding.platform) == ("latent", "supported", None)
        assert state in finding.evidence[0].text

    def test_a_guarded_case_is_refuted(self):
        """Where the value arrives on the unlisted platform too, there is no trap."""
        kept = {**KEPT, "platform": "linux/riscv64"}
        frames = {"unlisted_env": [kept], "case_assignments": [CASE], "instructions": [RUN]}
        assert status("no-branch-matched", **frames) == "refuted"


class TestFlagsCanMatter:
    """flags-can-matter."""

    def test_refuted_where_the_c_compiler_refused_the_kernel(self):
        """RUSTFLAGS reach rustc; the missing object is the C compiler's."""
        assert status("flags-can-matter", link_errors=[UNDEFINED], lines=[SKIP]) == "refuted"

    def test_untestable_where_nothing_says_who_makes_the_definition(self):
        """No skip, no objects: the answer names what would decide."""
        (finding,) = judge("flags-can-matter", link_errors=[UNDEFINED])
        assert finding.status == "untestable"
        assert finding.missing


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


class TestInputs:
    """Whether what was given belongs together."""

    DRIFT = {"step_id": "#7", "line_no": 20, "name_text": "[b 1/1] RUN x"}

    def test_a_step_that_the_dockerfile_does_not_hold(self):
        """The log is of another revision, and both places are shown."""
        drift = {**self.DRIFT, "is_same": False, "dockerfile_line_no": 3, "differs_at": "x | y"}
        (finding,) = judge("log-from-other-dockerfile", drift=[drift], instructions=[RUN])
        assert finding.status == "supported"
        assert [(e.file, e.line_no) for e in finding.evidence] == [(LOG, 20), (DOCKERFILE, 3)]

    def test_steps_that_are_all_there_refute_it(self):
        """The log is of this Dockerfile."""
        drift = {**self.DRIFT, "is_same": True, "dockerfile_line_no": 3}
        assert status("log-from-other-dockerfile", drift=[drift], instructions=[RUN]) == "refuted"

    def test_objects_of_another_build_are_told_by_their_hash(self):
        """cargo's hash in the file name differs from the one that the log names."""
        other = {**RLIB, "file": "libnumerics-ffffffffffffffff.rlib"}
        frames = {"link_errors": [UNDEFINED], "objects": [other]}
        assert status("artefacts-disagree", **frames) == "supported"
        frames = {"link_errors": [UNDEFINED], "objects": [RLIB], "sightings": [WANTS]}
        assert status("artefacts-disagree", **frames) == "refuted"


def test_every_entry_of_the_catalogue_is_complete():
    """A cause without a refutation, a fix, an experiment or limits is not finished."""
    for cause in CATALOGUE.values():
        words = cause.texts
        texts = (words.claim, words.refutation, words.experiment, words.limits, *words.fix)
        assert all(text.strip() for text in texts), cause.id
        assert words.fix, cause.id


def test_every_cause_is_silent_or_honest_about_an_empty_case():
    """With nothing given, nothing is supported."""
    facts = make_facts(outcomes=[{"platform": AMD64, "outcome": "unknown"}], claims=list(CATALOGUE))
    found = [finding for cause in CATALOGUE.values() for finding in cause.judge(facts)]
    assert found
    assert {finding.status for finding in found} <= {"untestable", "refuted"}
    assert not [
        f for f in found if f.status == "refuted" and f.cause == "variables-lost-after-case"
    ]


def test_an_error_without_a_platform_is_of_the_only_one_judged():
    """A bare log beside one platform's objects: one finding a cause, not one with and one without."""
    error = {**UNDEFINED, "platform": None, "object": "main.o"}
    (finding,) = judge("object-not-linked", link_errors=[error])
    assert (finding.platform, finding.status) == (AMD64, "untestable")


def test_rustflags_are_no_topic_where_nothing_sets_them_and_no_rust_is_seen():
    """A missing C function of a plain C build does not invite a word on RUSTFLAGS."""
    error = {**UNDEFINED, "symbol": "sqrtf", "object": "main.o"}
    assert judge("flags-can-matter", link_errors=[error]) == []
    claimed = judge("flags-can-matter", link_errors=[error], claims=["flags-can-matter"])
    assert [finding.status for finding in claimed] == ["untestable"]


def test_the_design_names_every_module_of_causes_that_judges_nothing():
    """Who looks for an answer finds the module that has it; none is named that is gone."""
    root = Path(__file__).resolve().parent.parent
    folder = root / "diag" / "causes"
    judges = {path.stem for path in folder.glob("*.py") if "\nCAUSES = " in path.read_text("utf-8")}
    others = {path.stem for path in folder.glob("*.py")} - judges - {"__init__"} | {"texts"}
    page = (root / "docs" / "DESIGN.md").read_text("utf-8")
    table = page.partition("| asked | modules |")[2].partition("\n\n")[0]
    cells = [row.split("|")[2] for row in table.splitlines() if row.count("|") == 3]
    assert sorted(re.findall(r"`(\w+)`", " ".join(cells))) == sorted(others)
