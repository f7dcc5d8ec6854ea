"""A kernel that was not built, inputs that do not belong together, and what holds for every cause."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from diag.causes import CATALOGUE
from tests.facts_builder import AMD64, DOCKERFILE, LOG, judge, make_facts
from tests.kernel_frames import RLIB, RUN, SKIP, UNDEFINED, WANTED, WANTS, status


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
