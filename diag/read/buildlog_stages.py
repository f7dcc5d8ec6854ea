"""Stages of builders that print Dockerfile instructions, named as BuildKit names them.

A stage without a name is `stage-N`, counted from 0, or "" where it is the only one (moby/buildkit
frontend/dockerfile/dockerfile2llb). Every instruction from FROM on is counted; BuildKit leaves
out those that make no layer, such as ENV.
"""

from __future__ import annotations

import re
from collections import Counter

from diag.read.buildkit_names import StepName
from diag.read.buildlog_records import Step

_WORD = re.compile(r"(?:ONBUILD )?(?P<word>[A-Za-z]+)(?:\s|$)")
_AS = re.compile(r"FROM\s.*\sAS\s+(?P<name>\S+)\s*", re.IGNORECASE | re.DOTALL)


def instruction_of(text: str) -> str:
    """The word that an instruction begins with."""
    found = _WORD.match(text)
    return found["word"].upper() if found else ""


def name_of_stage(text: str) -> str | None:
    """The name that a FROM gives its stage."""
    found = _AS.fullmatch(text[:4096])
    return found["name"].lower() if found else None


class StepIds:
    """Ids of steps, told apart from those of earlier builds in the same log."""

    def __init__(self) -> None:
        self._given: Counter[str] = Counter()

    def unused(self, step_id: str) -> str:
        """The id as the log shows it, or with a number for what has it already."""
        self._given[step_id] += 1
        count = self._given[step_id]
        return step_id if count == 1 else f"{step_id} ({count})"


class Stages:
    """The stages of one build whose steps come one after another."""

    def __init__(self) -> None:
        self._before: list[Step] = []  # ARGs that stand before the first FROM
        self._stages: list[tuple[str | None, list[Step]]] = []
        self._n_left = 0

    def add(self, step: Step, n_left: int) -> None:
        """The next step; so many of the whole Dockerfile are left after it."""
        self._n_left = n_left
        if instruction_of(step.name) == "FROM":
            self._stages.append((name_of_stage(step.name), []))
        (self._stages[-1][1] if self._stages else self._before).append(step)

    def end(self) -> None:
        """Gives the steps their parts. Steps that were never reached are counted to the stage
        that the build ended in, since nothing tells of theirs."""
        for step in self._before:
            step.parts = StepName(stage="internal", instruction=instruction_of(step.name))
        for number, (name, steps) in enumerate(self._stages):
            is_only, is_last = len(self._stages) == 1, number == len(self._stages) - 1
            stage = name or ("" if is_only else f"stage-{number}")
            n_steps = len(steps) + (self._n_left if is_last else 0)
            for step_no, step in enumerate(steps, 1):
                step.parts = StepName(
                    stage, step_no=step_no, n_steps=n_steps, instruction=instruction_of(step.name)
                )
