"""A stage of a Dockerfile while its instructions are followed."""

from __future__ import annotations

from dataclasses import dataclass, field

from diag.flow.values import Copy, Value
from diag.read.dockerfile import Instruction

DEFAULT_SHELL = ("/bin/sh", "-c")


@dataclass
class Stage:
    """`env` is what ENV and the image set (it goes into the image), `args` what ARG adds; BuildKit
    keeps both in `args` too, where the last writer wins. `lacked`: see flow/other_stages.py.
    """

    opened: Instruction
    platform: str
    env: dict[str, Value] = field(default_factory=dict)
    args: dict[str, Value] = field(default_factory=dict)
    workdir: str = "/"
    user: str = ""
    shell: tuple[str, ...] = DEFAULT_SHELL
    chain: tuple[int, ...] = ()
    copies: list[Copy] = field(default_factory=list)
    brought: tuple[Copy, ...] = ()
    triggers: list[Instruction] = field(default_factory=list)
    is_builder_taken: bool = False  # it runs on the builder, and nobody told what that is
    by_env: frozenset[str] = frozenset()  # the names that an ENV sets, in this stage or below
    inherited: dict[str, Value] = field(default_factory=dict)  # what the ENVs of stages below set
    lacked: dict[str, Value] = field(default_factory=dict)

    def child(self, opened: Instruction, *, has_args: bool) -> Stage:
        """A stage on this one: its image's ENV again, and in BuildKit its build arguments too."""
        stage = Stage(
            opened, self.platform, dict(self.env),
            workdir=self.workdir, user=self.user, shell=self.shell,
            chain=(*self.chain, opened.stage_no), brought=self.brought,
            is_builder_taken=self.is_builder_taken, by_env=self.by_env,
            inherited={name: self.env[name] for name in self.by_env}, lacked=dict(self.lacked),
        )  # fmt: skip
        if has_args:
            stage.args = {**self.args, **self.env}
        return stage
