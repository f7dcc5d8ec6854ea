"""Flags that a Dockerfile loses: each cause, and the look-alikes that it must not claim."""

from __future__ import annotations

import pytest

from tests.facts_builder import AMD64, DOCKERFILE, LOG, judge
from tests.kernel_frames import CASE, KEPT, RUN, SKIP, UNDEFINED, status


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


def test_rustflags_are_no_topic_where_nothing_sets_them_and_no_rust_is_seen():
    """A missing C function of a plain C build does not invite a word on RUSTFLAGS."""
    error = {**UNDEFINED, "symbol": "sqrtf", "object": "main.o"}
    assert judge("flags-can-matter", link_errors=[error]) == []
    claimed = judge("flags-can-matter", link_errors=[error], claims=["flags-can-matter"])
    assert [finding.status for finding in claimed] == ["untestable"]
