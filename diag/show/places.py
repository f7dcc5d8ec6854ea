"""Where a finding is best shown in the files of a repository.

A reviewer sees the files of a repository and none of a build's log: of a finding's evidence its
first line in the Dockerfile counts, and where it cites none, the instruction whose step failed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from diag.show.text import is_missing

if TYPE_CHECKING:
    from diag.case import Case
    from diag.causes.model import Evidence, Finding
    from diag.verdict import Verdict


@dataclass(frozen=True)
class Place:
    """Lines of a file (from 1; none for a whole file), the path as it was given."""

    file: str
    line_no: int | None = None
    end_line_no: int | None = None


@dataclass(frozen=True)
class Roots:
    """Two absolute folders: `folder`, where paths as given begin, and `top`, that of the files
    which others see too (a repository's work tree)."""

    folder: str
    top: str

    def relative(self, file: str) -> str | None:
        """The path from `top` on; None for a file that does not lie below it."""
        path = _folded(PurePosixPath(self.folder, file))
        top = PurePosixPath(self.top)
        return str(path.relative_to(top)) if top in path.parents else None

    def absolute(self, file: str) -> str:
        """The path from the root of the file system on."""
        return str(_folded(PurePosixPath(self.folder, file)))


def _folded(path: PurePosixPath) -> PurePosixPath:
    """`a/../b` as `b`: by the words of the path alone, nothing is looked up."""
    parts: list[str] = []
    for part in path.parts:
        if part == ".." and len(parts) > 1:
            parts.pop()
        elif part != "..":
            parts.append(part)
    return PurePosixPath(*parts)


class Places:
    """Says of each finding of a verdict where in the Dockerfile it is to be shown.

    `mask` is what the verdict's texts went through: paths are compared as they are shown.
    """

    def __init__(self, verdict: Verdict, case: Case | None, mask: Callable[[str], str] = str):
        self.verdict, self.case = verdict, case
        self.dockerfile = mask(case.inputs.dockerfile or "") if case is not None else ""
        self.logs = [mask(log.name) for log in case.inputs.logs] if case is not None else []

    def of(self, finding: Finding) -> Place | None:
        """The place in the Dockerfile; None where neither evidence nor a failed step is there."""
        cited = next((item for item in finding.evidence if self._is_instruction(item)), None)
        if cited is not None:
            return Place(self.dockerfile, cited.line_no, cited.line_no)
        return self.failed_step(finding.platform) if finding.role == "cause" else None

    def _is_instruction(self, item: Evidence) -> bool:
        return bool(self.dockerfile) and item.file == self.dockerfile and item.line_no is not None

    def failed_step(self, platform: str | None) -> Place | None:
        """The instruction of the step that failed on the platform; None where several fit."""
        lines = {
            line
            for step_platform, line in self._failed_lines
            if platform is None or step_platform is None or step_platform == platform
        }
        if len(lines) != 1 or None in lines:
            return None
        (line,) = lines
        return Place(self.dockerfile, line, self._ends.get(line or 0, line))

    @cached_property
    def _failed_lines(self) -> list[tuple[str | None, int | None]]:
        """(platform or None, line of the instruction or None) of each step that failed."""
        from diag.join import join_log_and_dockerfile

        steps = self.verdict.steps
        failed = steps[steps["status"] == "error"]
        if self.case is None or not self.dockerfile or failed.empty:
            return []
        drift = join_log_and_dockerfile(failed, self.case.instructions, self.dockerfile)
        same = drift[drift["is_same"]]
        line_of = dict(
            zip(
                zip(same["file"], same["step_id"], strict=True),
                same["dockerfile_line_no"],
                strict=True,
            )
        )
        return [
            (
                None if is_missing(step.target_platform) else str(step.target_platform),
                int(line_of[key]) if (key := (step.file, step.step_id)) in line_of else None,
            )
            for step in failed.itertuples()
        ]

    @cached_property
    def _ends(self) -> dict[int, int]:
        """Line of each instruction -> its last line."""
        assert self.case is not None
        own = self.case.instructions
        return {
            int(line): int(end)
            for line, end in zip(own["line_no"], own["end_line_no"], strict=True)
        }
