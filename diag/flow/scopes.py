"""ARG, ENV and stages: the environment in which each RUN of a Dockerfile starts.

Two engines differ, measured (tests/dockerfiles/scopes). BuildKit (docker 28.5): ENV and ARG share
one scope, the last writer wins, a stage built on a stage inherits both, and a default on
`ARG TARGETARCH` beats the platform. buildah (1.28): ENV always wins, ARG is not inherited, the
platform beats a default, all names of one ARG are expanded before any is set, the escape directive
ends lines only, and ONBUILD is dropped (OCI format).

What outside base images set: flow/images.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from diag.errors import InputError
from diag.flow.arguments import (
    Declaration,
    Losses,
    cut_at_space,
    declarations,
    global_values,
    is_builder_taken,
    platform_args,
    platform_wins,
    proxy_env,
    secrets_of,
    target_stage,
)
from diag.flow.copies import Place, absolute_path, copies_of, from_outside, refuse_variable_source
from diag.flow.images import image_env, scratch_env
from diag.flow.other_stages import globals_everywhere, lacked, names_elsewhere
from diag.flow.scripts import script_of
from diag.flow.stages import Stage
from diag.flow.values import ClosedStage, RunContext, Value, known
from diag.flow.words import expand
from diag.platforms import Platform, find_platform
from diag.read.dockerfile import Instruction, parse_trigger

ENGINES = ("buildkit", "buildah")


@dataclass
class _Build:
    """One build of a Dockerfile for one platform."""

    target: Platform
    build: Platform
    build_args: Mapping[str, str]
    base_env: Mapping[str, str]
    engine: str
    globals: dict[str, Value]
    losses: Losses
    proxies: dict[str, Value]
    elsewhere: tuple[dict[str, Value], ...] = ()
    stages: list[Stage] = field(default_factory=list)
    by_name: dict[str, Stage] = field(default_factory=dict)
    contexts: list[RunContext] = field(default_factory=list)
    closed: list[ClosedStage] = field(default_factory=list)

    # -- stages -------------------------------------------------------------------------------

    def close_stage(self) -> None:
        if self.stages and (copies := self.stages[-1].copies):
            self.closed.append(ClosedStage(self.stages[-1].chain, tuple(copies)))

    def do_from(self, instruction: Instruction) -> None:
        self.close_stage()
        words = instruction.arguments().words
        name = expand(words[0], self.globals, instruction).text or ""
        parent = self.by_name.get(name.lower())
        has_args = self.engine == "buildkit"
        below = parent.child(instruction, has_args=has_args) if parent else None
        stage = below or self.fresh(name, instruction)
        self.stages.append(stage)
        if parent is not None:
            stage.lacked |= self.lacked(words[0], instruction, parent)
        if len(words) == 3:
            self.by_name[words[2].lower()] = stage
        for trigger in parent.triggers if parent else ():
            kept = parse_trigger(trigger)
            self.dispatch(replace(kept, stage=instruction.stage, stage_no=instruction.stage_no))

    def lacked(self, name: str, at: Instruction, chosen: Stage) -> dict[str, Value]:
        """What the stages that a FROM names on other platforms have, and the chosen one has not."""
        others = names_elsewhere(name, at, self.elsewhere)
        inherited = [self.by_name[other].inherited for other in others if other in self.by_name]
        return lacked(inherited, chosen.env, chosen.opened.place)

    def fresh(self, image: str, instruction: Instruction) -> Stage:
        """A stage on an outside image, or on nothing."""
        stage = Stage(instruction, self.target.name, chain=(instruction.stage_no,))
        if image == "scratch":
            stage.env = scratch_env(instruction.place)
        else:
            stage.env = image_env(self.base_env, instruction.place)
            stage.platform = self.run_platform(instruction)
            stage.is_builder_taken = is_builder_taken(instruction, self.globals, self.build_args)
        stage.args = dict(stage.env) if self.engine == "buildkit" else {}
        return stage

    def run_platform(self, instruction: Instruction) -> str:
        given = instruction.flag("platform")
        text = expand(given, self.globals, instruction).text if given else None
        if not text:
            return self.target.name
        try:
            return find_platform(text).name
        except InputError:
            return text

    # -- instructions -------------------------------------------------------------------------

    def visible(self, stage: Stage) -> Mapping[str, Value]:
        """The variables that an instruction of the stage sees."""
        return stage.args if self.engine == "buildkit" else {**stage.args, **stage.env}

    def expand(self, text: str, instruction: Instruction) -> Value:
        stage = self.stages[-1]

        def loss(name: str) -> Value | None:
            found = self.losses.find(name, instruction, stage.opened, True)
            return stage.lacked.get(name, found)

        escape = None if self.engine == "buildkit" else "\\"
        return expand(text, self.visible(stage), instruction, loss=loss, escape=escape)

    def dispatch(self, instruction: Instruction) -> None:
        """Follow one instruction; those that change nothing here have no method."""
        if instruction.stage_no >= 0:
            act = getattr(self, f"do_{instruction.instruction.lower()}", None)
            if act is not None:
                act(instruction)

    def do_onbuild(self, instruction: Instruction) -> None:
        if self.engine == "buildkit":
            self.stages[-1].triggers.append(instruction)

    def do_shell(self, instruction: Instruction) -> None:
        self.stages[-1].shell = instruction.arguments().words

    def do_user(self, instruction: Instruction) -> None:
        self.stages[-1].user = self.expand(instruction.value_text, instruction).text or ""

    def do_workdir(self, instruction: Instruction) -> None:
        stage = self.stages[-1]
        path = self.expand(instruction.value_text, instruction).text
        if path is not None:
            stage.workdir = absolute_path(path, stage.workdir)

    def do_env(self, instruction: Instruction) -> None:
        """All values are expanded before any is set."""
        stage = self.stages[-1]
        words = instruction.arguments().words
        pairs = [
            (self.expand(name, instruction).text, self.expand(value, instruction))
            for name, value in zip(words[::3], words[1::3], strict=True)
        ]
        for name, value in cut_at_space(pairs, instruction.place):
            if name:
                stage.env[name] = value
                stage.by_env |= {name}
                if self.engine == "buildkit":
                    stage.args[name] = value

    def do_arg(self, instruction: Instruction) -> None:
        """One after the other, so that a later default sees an earlier name; buildah: at once."""
        found: dict[str, Value] = {}
        for declared in declarations(instruction):
            value = self.arg_value(declared)
            if value is not None:
                target = self.stages[-1].args if self.engine == "buildkit" else found
                target[declared.name] = value
        self.stages[-1].args |= found

    def arg_value(self, declared: Declaration) -> Value | None:
        """What an ARG gives its name; None where it only declares it."""
        name, place = declared.name, declared.instruction.place
        if name in self.build_args:
            return known(self.build_args[name], exported=True, came_through=(place,))
        if declared.default is not None and not platform_wins(name, self.engine):
            return self.expand(declared.default, declared.instruction)
        value = self.globals.get(name)
        return value.through(place) if value is not None else None

    def do_copy(self, instruction: Instruction) -> None:
        stage = self.stages[-1]
        if self.engine == "buildkit":
            refuse_variable_source(instruction)
        place = Place(self.visible(stage), stage.workdir, self.find_stage)
        found = copies_of(instruction, place)
        stage.copies += found
        stage.brought += from_outside(found)

    do_add = do_copy

    def find_stage(self, name: str) -> int | None:
        """The number of the stage that `COPY --from` names."""
        if name.isascii() and name.isdecimal():
            number = int(name) if len(name) < 9 else len(self.stages)
            return number if number < len(self.stages) - 1 else None
        stage = self.by_name.get(name.lower())
        return stage.opened.stage_no if stage and stage is not self.stages[-1] else None

    def do_run(self, instruction: Instruction) -> None:
        stage = self.stages[-1]
        script = script_of(instruction, stage.shell)
        env = {**self.proxies, **self.visible(stage), **dict(secrets_of(instruction))}
        told = script.text or " ".join(script.argv)
        context = RunContext(
            file=instruction.file,
            stage=instruction.stage,
            stage_no=instruction.stage_no,
            run_no=len(self.contexts) + 1,
            line_no=instruction.line_no,
            end_line_no=instruction.end_line_no,
            platform=self.target.name,
            run_platform=stage.platform,
            engine=self.engine,
            shell=script.shell,
            script=script.text,
            line_starts=script.line_starts,
            is_exec_form=script.is_exec_form,
            argv=script.argv,
            env=env,
            lost=stage.lacked | self.losses.missed_by(instruction, stage.opened, env, told),
            workdir=stage.workdir,
            user=stage.user,
            stage_chain=stage.chain,
            copies=tuple(stage.copies),
            brought=stage.brought,
            closed=tuple(self.closed),
            is_builder_taken=stage.is_builder_taken,
        )
        self.contexts.append(context)
        stage.copies, self.closed = [], []


def run_contexts(
    instructions: Iterable[Instruction],
    *,
    platform: str,
    build_args: Mapping[str, str] | None = None,
    base_env: Mapping[str, str] | None = None,
    engine: str = "buildkit",
    build_platform: str = "linux/amd64",
) -> list[RunContext]:
    """One RunContext for each RUN that is built for `platform`, all stages, in file order.

    A RUN kept by ONBUILD appears at each FROM that triggers it, with its own line. `base_env`: see
    flow/images.py. A loss in `lost` has came_through where the value was given, and lost_at at the
    late ARG or at the FROM that opens the stage.
    Raises InputError for an unknown platform or engine, and where the engine would stop the build
    on an instruction that it cannot expand.
    """
    if engine not in ENGINES:
        raise InputError(f"unknown engine {engine!r}", help=f"known: {', '.join(ENGINES)}")
    instructions = list(instructions)
    target, build = find_platform(platform), find_platform(build_platform)
    given = dict(build_args or {})
    predefined = platform_args(target, build, target_stage(instructions))
    globals = global_values(instructions, predefined, given, engine)
    losses = Losses.of(instructions, globals, given)
    state = _Build(
        target,
        build,
        given,
        dict(base_env or {}),
        engine,
        globals,
        losses,
        proxy_env(given, engine),
        globals_everywhere(instructions, build, given, engine),
    )
    for instruction in instructions:
        state.dispatch(instruction)
    return state.contexts
