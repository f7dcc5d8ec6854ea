"""Build arguments: what the engine predefines, where they are declared, where they are lost.

Rules of BuildKit as of docker 28; where buildah differs, `engine` decides (flow/scopes.py).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

from diag.flow.values import Value, known
from diag.flow.words import expand
from diag.platforms import Platform
from diag.read.dockerfile import Instruction

# Known without declaration before the first FROM, and in a stage once declared there.
PLATFORM_ARGS = (
    "TARGETPLATFORM", "TARGETOS", "TARGETARCH", "TARGETVARIANT",
    "BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT", "TARGETSTAGE",
)  # fmt: skip
# Given by --build-arg, these reach every RUN without any declaration, in both spellings.
PROXY_ARGS = ("http_proxy", "https_proxy", "ftp_proxy", "no_proxy", "all_proxy")

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_REFERENCE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)")


def platform_args(target: Platform, build: Platform, stage: str) -> dict[str, str]:
    """Values of PLATFORM_ARGS; a variant that does not exist is empty, not unset."""
    values: dict[str, str] = {}
    for prefix, platform in (("TARGET", target), ("BUILD", build)):
        values[f"{prefix}PLATFORM"] = platform.name
        values[f"{prefix}OS"] = platform.os
        values[f"{prefix}ARCH"] = platform.architecture
        values[f"{prefix}VARIANT"] = platform.variant
    return {**values, "TARGETSTAGE": stage}


def target_stage(instructions: list[Instruction]) -> str:
    """What TARGETSTAGE is: the name of the last stage."""
    last = [instruction for instruction in instructions if instruction.instruction == "FROM"][-1:]
    is_named = bool(last) and len(last[0].arguments().words) == 3
    return last[0].stage if is_named else "default"


def is_builder_taken(
    opened: Instruction, globals: Mapping[str, Value], build_args: Mapping[str, str]
) -> bool:
    """Whether a FROM asks for the builder's platform, and neither the file nor a build argument
    says which that is."""
    asked = _REFERENCE.findall(opened.flag("platform") or "")
    return any(
        name.startswith("BUILD") and name in PLATFORM_ARGS and name not in build_args
        and not (name in globals and globals[name].came_through)
        for name in asked
    )  # fmt: skip


def proxy_env(build_args: Mapping[str, str], engine: str) -> dict[str, Value]:
    """The proxy variables that build arguments put into every RUN.

    BuildKit gives both spellings and skips empty ones, buildah the name as given.
    """
    env: dict[str, Value] = {}
    for name, text in build_args.items():
        if name.lower() not in PROXY_ARGS:
            continue
        names = (name,) if engine == "buildah" else (name.lower(), name.upper())
        if text or engine == "buildah":
            env |= {spelling: known(text, exported=True) for spelling in names}
    return env


def cut_at_space(
    pairs: list[tuple[str | None, Value]], place: str
) -> Iterator[tuple[str | None, Value]]:
    """The pairs of an ENV, a value marked as cut where the next name is the rest of its flags.

    `ENV RUSTFLAGS=-C target-cpu=generic` sets RUSTFLAGS to `-C` and a variable `target-cpu`.
    """
    for number, (name, value) in enumerate(pairs):
        after = pairs[number + 1][0] if number + 1 < len(pairs) else None
        is_cut = (
            after is not None
            and not _NAME.fullmatch(after)
            and (after.startswith("-") or (value.text or "").startswith("-"))
        )
        yield name, replace(value, lost_at=place, lost_by="cut-at-space") if is_cut else value


def secrets_of(run: Instruction) -> Iterator[tuple[str, Value]]:
    """The variables that `--mount=type=secret,env=NAME` gives a RUN: texts that nobody may see."""
    for flag in run.flags:
        fields = dict(part.partition("=")[::2] for part in flag.removeprefix("--mount=").split(","))
        if flag.startswith("--mount=") and fields.get("type") == "secret" and fields.get("env"):
            told = f"the secret {fields.get('id') or fields['env']}"
            yield (
                fields["env"],
                Value("unknown", None, True, (run.place,), hangs_on=told),
            )


@dataclass(frozen=True)
class Declaration:
    """One name of one ARG instruction; `default` is the text as written."""

    name: str
    default: str | None
    instruction: Instruction


def declarations(instruction: Instruction) -> list[Declaration]:
    """The names that an ARG declares, in order."""
    found = []
    for word in instruction.arguments().words:
        name, equals, default = word.partition("=")
        found.append(Declaration(name, default if equals else None, instruction))
    return found


def global_values(
    instructions: Iterable[Instruction],
    predefined: Mapping[str, str],
    build_args: Mapping[str, str],
    engine: str,
) -> dict[str, Value]:
    """What FROM may use and a stage may re-declare: platform arguments and ARG before FROM."""
    values = {
        name: known(build_args.get(name, text), exported=True)
        for name, text in predefined.items()
        if engine == "buildkit" or name != "TARGETSTAGE"
    }
    for instruction in instructions:
        for declared in declarations(instruction) if instruction.stage_no < 0 else ():
            if declared.name in build_args:
                text = build_args[declared.name]
                value = known(text, exported=True, came_through=(instruction.place,))
            elif declared.default is not None and not platform_wins(declared.name, engine):
                value = expand(declared.default, values, instruction)
            else:
                continue
            values[declared.name] = value
    return values


def platform_wins(name: str, engine: str) -> bool:
    """Whether a default on this ARG has no say."""
    return engine == "buildah" and name in PLATFORM_ARGS


@dataclass
class Losses:
    """Where values of build arguments stand that do not reach a RUN.

    A name that a FROM uses (`for_from`, also through other arguments) has served there: it is
    missed only by a RUN that mentions it.
    """

    globals: Mapping[str, Value]
    build_args: Mapping[str, str]
    by_name: dict[str, list[Declaration]] = field(default_factory=lambda: defaultdict(list))
    for_from: set[str] = field(default_factory=set)

    @classmethod
    def of(
        cls,
        instructions: Iterable[Instruction],
        globals: Mapping[str, Value],
        build_args: Mapping[str, str],
    ) -> Losses:
        losses = cls(globals, build_args)
        for instruction in instructions:
            if instruction.instruction == "FROM" or instruction.stage_no < 0:
                told = " ".join([*instruction.flags, instruction.value_text])
                losses.for_from |= set(_REFERENCE.findall(told))
            if instruction.instruction == "ARG":
                for declared in declarations(instruction):
                    if losses._has_value(declared):
                        losses.by_name[declared.name].append(declared)
        return losses

    def _has_value(self, declared: Declaration) -> bool:
        return (
            declared.default is not None
            or declared.name in self.build_args
            or declared.name in self.globals
        )

    def missed_by(
        self, run: Instruction, opened: Instruction, env: Container[str], script: str
    ) -> dict[str, Value]:
        """The names that `env` does not hold at a RUN, with their losses."""
        mentioned = set(_NAME.findall(script))
        platform_names = mentioned.intersection(PLATFORM_ARGS)
        found: dict[str, Value] = {}
        for name in sorted({*self.by_name, *self.build_args, *platform_names}):
            if name in env or (name in self.for_from and name not in mentioned):
                continue
            loss = self.find(name, run, opened, name in mentioned)
            if loss is not None:
                found[name] = loss
        return found

    def find(
        self, name: str, at: Instruction, opened: Instruction, is_mentioned: bool
    ) -> Value | None:
        """The loss of an unset `name` at an instruction of the stage that `opened` opens.

        `came_through` is where the value was given; `lost_at` the line to look at: the late ARG,
        or else the FROM at which the scope begins anew. None where no value was lost.
        """
        declared = self.by_name.get(name, [])
        late = [d for d in declared if _is_later(d.instruction, at)]
        if late:
            return _lost("arg-declared-late", late[0].instruction, late[0].instruction)
        before = [d for d in declared if d.instruction.stage_no < 0]
        if before:
            return _lost("arg-before-from", opened, before[-1].instruction)
        if is_mentioned and name in PLATFORM_ARGS:
            return _lost("arg-not-declared", opened, None)
        other = [d for d in declared if d.instruction.stage_no != opened.stage_no]
        if other:
            return _lost("arg-of-other-stage", opened, other[-1].instruction)
        if name in self.build_args and not declared and name.lower() not in PROXY_ARGS:
            return _lost("arg-not-declared", opened, None)
        return None


def _is_later(instruction: Instruction, at: Instruction) -> bool:
    return instruction.stage_no == at.stage_no and instruction.line_no > at.line_no


def _lost(lost_by: str, lost_at: Instruction, given: Instruction | None) -> Value:
    through = (given.place,) if given else ()
    return Value("unset", came_through=through, lost_at=lost_at.place, lost_by=lost_by)
