"""The sections of one case, as methods: each gives what a cell of a notebook shows.

Made by `diag.investigate` (diag/show/notebook.py). Nothing is judged here: the verdict is told.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, wraps
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.figure import Figure

from diag.case import Case
from diag.compare import compare
from diag.errors import DiagError, InputError
from diag.show import notebook_log as of_log
from diag.show import notebook_postmortem as post
from diag.show import notebook_sections as sections
from diag.show.flags import df_flags
from diag.show.redact import Redactor, redactor_for
from diag.show.shown import Shown, joined, said
from diag.show.steps import case_steps
from diag.show.symbols import df_symbols
from diag.verdict import Verdict

DEMO = (
    "This is the demo, a recorded build: nothing of yours is named yet. Fill in the cell of "
    "parameters above, and run all cells."
)
UNFILLED = "Nothing to show here: see the first answer above."


def problem_of(error: DiagError) -> tuple[str, str]:
    """What is wrong, with its place; and the help."""
    if not isinstance(error, InputError):
        return str(error), ""
    where = f"{error.file}:{error.line}" if error.line else error.file or ""
    return (f"{where}: {error.message}" if where else error.message), error.help or ""


Section = Callable[..., Any]


def _filled(section: Section) -> Section:
    """A section of a verdict; where there is none, one sentence."""

    @wraps(section)
    def told(self: Investigation, *args: Any) -> Any:
        return section(self, *args) if self.verdict is not None else said(UNFILLED)

    return told


class Investigation:
    """A case, its verdict, and the sections that tell them. `verdict` and `case` are None where
    there is nothing to judge: `problem` says why."""

    def __init__(
        self,
        case: Case | None,
        verdict: Verdict | None,
        problem: str = "",
        help: str = "",
        fixed: Sequence[Case] = (),
        is_demo: bool = False,
    ) -> None:
        self.mask: Redactor = redactor_for(case)
        self.case: Any = case
        self.verdict: Any = None if verdict is None else self.mask.data(verdict)
        self.is_demo = is_demo
        self.problem, self.help, self.fixed = self.mask.text(problem), help, tuple(fixed)

    def _repr_html_(self) -> str:
        return self.answer()._repr_html_()

    def __repr__(self) -> str:
        return str(self.answer())

    def answer(self) -> Shown:
        """What went wrong, where and why, or what keeps it from being said."""
        if self.verdict is None:
            return sections.problem_shown(self.problem, self.help)
        told = sections.answer_shown(self.verdict)
        return joined([said(DEMO), told]) if self.is_demo else told

    @_filled
    def sentences(self) -> Shown:
        """The answer in three sentences."""
        return sections.sentences_shown(self.verdict)

    @_filled
    def platforms(self) -> Shown:
        """How the build ended on each platform."""
        return sections.platforms_shown(self.verdict, self.case)

    @_filled
    def evidence(self) -> Shown:
        """The explanations that hold, each with its proof."""
        return sections.evidence_shown(self.verdict)

    @_filled
    def refuted(self) -> Shown:
        """The explanations that do not hold, and what stands against each."""
        return sections.refuted_shown(self.verdict)

    @_filled
    def missing(self) -> Shown:
        """What would decide the rest, and how it is got."""
        return sections.missing_shown(self.verdict)

    @_filled
    def fix(self) -> Shown:
        """What to do."""
        return sections.fix_shown(self.verdict)

    @_filled
    def linker(self) -> Shown:
        """What the linkers said."""
        return of_log.linker_shown(self.verdict)

    @_filled
    def log(self) -> Shown:
        """The lines of the log around what decides."""
        return of_log.log_shown(self.verdict, self.case, self.mask)

    @_filled
    def steps(self) -> Shown | Figure:
        """Chart: the steps of the build by platform, how long each ran and how it ended."""
        from diag.show.charts import draw_steps

        steps = self.mask.data(case_steps(self.case))
        if steps.empty or not steps["is_drawn"].any():
            why = (
                "No log was given" if not self.case.logs else "The log shows no step that took time"
            )
            return said(f"{why}, so there is no timeline to draw.")
        return draw_steps(steps)

    @cached_property
    def flags(self) -> pd.DataFrame:
        """Flags by platform: written, received, echoed (diag.show.flags.df_flags)."""
        return self.mask.data(df_flags(self.case))

    @_filled
    def flags_chart(self) -> Shown | Figure:
        """Chart: the flags of each platform, written, received and echoed."""
        from diag.show.charts import draw_flags

        return said(sections.no_flags(self.case)) if self.flags.empty else draw_flags(self.flags)

    @_filled
    def flags_table(self) -> Shown:
        """The rows of that chart, with their places."""
        return sections.flags_shown(self.flags)

    @_filled
    def lost(self) -> Shown:
        """Values that are written and do not arrive."""
        return sections.lost_shown(self.case, self.mask)

    @_filled
    def symbols(self) -> Shown | Figure:
        """Chart: who wants and who defines the symbols in question."""
        from diag.show.charts import draw_symbols

        if self.case.objects.empty:
            return said("No objects were given: who wants and who defines a symbol is not seen.")
        table = self.mask.data(df_symbols(self.case))
        if not table["symbol"].any():
            return said("No linker names a symbol, so none is in question.")
        return draw_symbols(table)

    @property
    def object_files(self) -> list[Path]:
        """The files and folders of objects that were given."""
        given = self.case.inputs.objects.values() if self.case is not None else ()
        return [path for paths in given for path in paths]

    @_filled
    def instruction_sets(self, isa: pd.DataFrame) -> Shown:
        """What the objects need of a processor: of `diag.read_isa(*told.object_files,
        beyond_floor=True, with_guards=True)`."""
        return sections.instruction_sets_shown(isa, self.case)

    @_filled
    def instruction_sets_chart(self, isa: pd.DataFrame) -> Shown | Figure:
        """Chart: the instruction sets that the functions of each object use, of the same frame."""
        from diag.show.charts import plot_isa_sets

        if isa.empty:
            return said(sections.no_instruction_sets(isa))
        return plot_isa_sets(self.case, isa, mask=self.mask)

    @_filled
    def unread(self) -> Shown:
        """What could not be read."""
        return sections.unread_shown(self.mask.data(self.case.errors))

    @_filled
    def sources(self) -> Shown:
        """What was read."""
        return sections.sources_shown(self.case, self.mask)

    @_filled
    def frames(self) -> Shown:
        """The frames behind the page."""
        return sections.frames_shown(self.case)

    # -- what a postmortem asks besides ----------------------------------------------------------

    @_filled
    def causes(self) -> Shown:
        """The cause, platform by platform."""
        return post.causes_shown(self.verdict)

    @_filled
    def proof(self) -> Shown:
        """What the change did to cause and symptom."""
        if not self.fixed:
            return said(post.NO_FIX_BUILT)
        try:
            return post.proof_shown(self.mask.data(compare(self.case, *self.fixed[:2])))
        except DiagError as error:
            return sections.problem_shown(*problem_of(error))

    @_filled
    def limits(self) -> Shown:
        """What the evidence does not show."""
        return post.limits_shown(self.verdict)

    @_filled
    def follow_ups(self) -> Shown:
        """The steps of the fix, as a table of work."""
        return post.follow_ups_shown(self.verdict)

    @_filled
    def pages(self) -> Shown:
        """Where the causes that hold are explained."""
        return post.pages_shown(self.verdict)
