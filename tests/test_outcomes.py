"""What happened to each platform, by the log and the facts of the case."""

from __future__ import annotations

from pathlib import Path

import pytest

from diag import schema
from diag.case import Case
from diag.join import join_outcomes
from diag.join.outcomes import platforms_told
from tests.step_frames import steps_frame

LAB = Path("data/lab/builders")


class TestOutcomes:
    """join_outcomes."""

    def end(self, *steps, errors=(), runs=(), linked=None, platforms=("linux/amd64",)):
        """The outcome of the first platform."""
        frame = join_outcomes(
            platforms, steps_frame(*steps), schema.make("link_errors", errors),
            schema.make("runs", runs), linked or {},
        )  # fmt: skip
        return frame.iloc[0]

    AMD = {"target_platform": "linux/amd64", "step_no": 1, "n_steps": 1}

    @pytest.mark.parametrize(
        ("status", "outcome"),
        [
            ("error", "failed"),
            ("canceled", "canceled"),
            ("unfinished", "unknown"),  # a log that was cut off: nobody is seen to stop it
            ("ok", "linked"),
            ("cached", "linked"),
        ],
    )
    def test_the_state_of_the_last_step_decides(self, status, outcome):
        """A platform is green only where its last step was reached."""
        assert self.end({**self.AMD, "status": status})["outcome"] == outcome

    def test_a_stage_that_was_not_finished_is_not_green(self):
        """Step 3 of 5 went well and then the log ends: that is no link, and nobody stopped it."""
        assert self.end({**self.AMD, "step_no": 3, "n_steps": 5})["outcome"] == "unknown"

    def test_a_shared_step_that_fails_is_told_of_the_platform_it_ran_on(self):
        """Two targets and an ERROR in a step done for both: the failure never vanishes."""
        shared = {"platform": "linux/amd64", "step_no": 1, "n_steps": 4, "status": "error"}
        others = [{"target_platform": f"linux/{name}", "step_no": 2} for name in ("arm64", "s390x")]
        steps = steps_frame(shared, *others)
        told = platforms_told(steps, schema.empty("link_commands"))
        assert told == {"linux/amd64", "linux/arm64", "linux/s390x"}
        names = ("linux/amd64", "linux/arm64", "linux/s390x")
        assert self.end(shared, *others, platforms=names)["outcome"] == "failed"

    @pytest.mark.parametrize(
        ("linkers", "platform"),
        [
            (["/usr/lib/gcc-cross/riscv64-linux-gnu/12/../../../../riscv64-linux-gnu/bin/ld"], "linux/riscv64"),
            (["/usr/bin/aarch64-linux-gnu-ld.gold"], "linux/arm64"),
            (["/usr/bin/ld"], None),
            (["/usr/bin/aarch64-linux-gnu-ld", "/usr/bin/ld"], None),
            (["/src/riscv64-linux-gnu/build"], None),
        ],
    )  # fmt: skip
    def test_a_cross_linker_that_alone_speaks_tells_the_platform(self, linkers, platform):
        """A build that prints no commands still names its linker before each complaint."""
        said = "{}: a.c:(.text+0x1): undefined reference to `f'\n"
        log = "".join(said.format(linker) for linker in linkers).encode()
        assert Case(log=log).platforms == ((platform,) if platform else ())
        native = b"gcc -o app a.o\n" + log
        assert Case(log=native).platforms == ()

    def test_a_log_of_its_own_outranks_the_build_that_was_canceled(self):
        """One failing platform cancels the others; each alone tells what it does."""
        canceled = {**self.AMD, "status": "canceled"}
        assert self.end(canceled, {**self.AMD, "file": "own"})["outcome"] == "linked"
        assert (
            self.end(canceled, {**self.AMD, "file": "own", "status": "error"})["outcome"]
            == "failed"
        )

    def test_what_the_author_saw_counts_only_without_a_log(self):
        """The log is evidence; case.toml is a witness."""
        told = {"linux/amd64": (True, "case.toml")}
        assert self.end(linked=told)["outcome"] == "linked"
        assert self.end({**self.AMD, "status": "error"}, linked=told)["outcome"] == "failed"

    @pytest.mark.parametrize(
        "log",
        ["single.plain", "multi.plain", "ok.plain", "clipped.plain", "single.legacy", "ok.buildah"],
    )
    def test_the_line_that_is_cited_has_the_words_that_are_quoted(self, log):
        """A reader who searches the log for them finds them there."""
        path = LAB / f"{log}.log"
        rows = Case(log=str(path)).diagnose().outcomes.dropna(subset=["line_no"])
        lines = path.read_bytes().decode().split("\n")  # as an editor counts
        assert len(rows)
        assert all(
            r.text.removesuffix("...") in lines[int(r.line_no) - 1] for r in rows.itertuples()
        )

    def test_nothing_known_is_unknown(self):
        """Never green by silence."""
        assert self.end()["outcome"] == "unknown"

    def test_a_program_that_died_is_told_with_its_machine(self):
        """The decisive run gives `ran` and how it ended."""
        run = {
            "platform": "linux/amd64",
            "machine": "host",
            "is_emulated": False,
            "is_decisive": True,
            "signal": "SIGSEGV",
        }
        row = self.end(self.AMD, runs=[run])
        assert (row["ran"], row["ended"]) == (False, "SIGSEGV on host")
