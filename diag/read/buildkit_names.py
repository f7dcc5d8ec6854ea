"""The names that BuildKit gives to steps, and which platform a step is for.

Format: moby/buildkit frontend/dockerfile/dockerfile2llb (prefixCommand, formatTargetPlatform):
`[[PLATFORM[->TARGET] ]STAGE i/n] INSTRUCTION`, where TARGET leaves out what equals PLATFORM;
`docker buildx bake` puts the name of its target first. The builder's own steps carry
`[internal]` or no brackets.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import dataclass

from diag.errors import UnknownPlatformError
from diag.platforms import find_platform

_NAME = re.compile(r"\[(?P<bracket>[^\]]*)\] ?(?P<command>.*)", re.DOTALL)
_COUNT = re.compile(r"(?P<step_no>\d{1,9})/(?P<n_steps>\d{1,9})")
_PLATFORM = re.compile(r"(?P<platform>[a-z0-9]+/[a-z0-9_]+(?:/[a-z0-9.]+)?)(?:->(?P<target>\S+))?")
_INSTRUCTION = re.compile(r"(?:ONBUILD )?(?P<word>[A-Z]+)(?: |$)")
_VARIANT = re.compile(r"v\d+")
_EXIT_CODE = re.compile(r"exit (?:code|status): (?P<code>\d{1,9})")
_OWN_STAGES = ("importing", "exporting")


@dataclass(frozen=True)
class StepName:
    """The parts of a step's name; `label` is what BuildKit says it is for, where it says so."""

    stage: str
    platform: str | None = None
    label: str | None = None
    step_no: int | None = None
    n_steps: int | None = None
    instruction: str = ""
    bake_target: str = ""


def parse_step_name(name: str) -> StepName:
    """The parts of a step's name as a log shows it."""
    found = _NAME.match(name)
    if found is None:
        word = name.split(" ", 1)[0]
        return StepName(stage=word if word in _OWN_STAGES else "internal")
    tokens = found["bracket"].split()
    count = _COUNT.fullmatch(tokens[-1]) if tokens else None
    if count:
        tokens.pop()
    at = next((i for i, token in enumerate(tokens) if _PLATFORM.fullmatch(token)), None)
    platform, label = _platforms(tokens[at]) if at is not None else (None, None)
    before, after = (tokens[:-1], tokens[-1:]) if at is None else (tokens[:at], tokens[at + 1 :])
    stage = " ".join(after)
    if not count:
        return StepName("internal", platform, label, bake_target=" ".join(before))
    instruction = _INSTRUCTION.match(found["command"])
    return StepName(
        stage=stage,
        platform=platform,
        label=label,
        step_no=int(count["step_no"]),
        n_steps=int(count["n_steps"]),
        instruction=instruction["word"] if instruction else "",
        bake_target=" ".join(before),
    )


def exit_code(message: str) -> int | None:
    """The exit code that a step's error message ends with."""
    found = _EXIT_CODE.search(message, max(0, len(message) - 200))
    return int(found["code"]) if found else None


def _platforms(token: str) -> tuple[str, str]:
    """(platform, target) of `linux/amd64->arm64`, `linux/arm/v7->v6`, `linux/amd64`."""
    platform, _, target = token.partition("->")
    system, _, rest = platform.partition("/")
    if not target:
        target = platform
    elif _VARIANT.fullmatch(target):
        target = f"{system}/{rest.split('/')[0]}/{target}"
    elif target.split("/")[0] not in ("linux", "windows", "darwin", "freebsd", "wasi", "js"):
        target = f"{system}/{target}"
    return known_platform(platform), known_platform(target)


def known_platform(name: str) -> str:
    """As platforms.py spells it; a platform that it does not hold keeps the log's spelling."""
    try:
        return find_platform(name).name
    except UnknownPlatformError:
        return name


def target_platforms(
    names: Iterable[tuple[str, StepName]], stopped: Container[str] = ()
) -> dict[str, str | None]:
    """Step id -> the platform that the step is for, or None where several share it.

    A name without an arrow is for its own platform, save where other steps show that this
    platform builds for others: then a step of a stage that the platforms have not yet parted
    in is done once for all of them. A step of `stopped` did not end well: a platform that went on
    to later steps cannot have shared it.
    """
    kept = list(names)
    builders = {name.platform for _, name in kept if name.label != name.platform}
    parted, labels = _parted(name for _, name in kept), _labels(name for _, name in kept)
    targets: dict[str, str | None] = {}
    for step_id, name in kept:
        from_step = parted.get((name.bake_target, name.stage))
        is_own = from_step is not None and (name.step_no or 0) >= from_step
        is_shared = name.platform in builders and name.label == name.platform and not is_own
        is_shared |= step_id not in stopped and _is_used_by_others(name, labels)
        targets[step_id] = None if is_shared else name.label
    return targets


_Labels = dict[tuple[str, str], dict[str, set[int]]]


def _labels(names: Iterable[StepName]) -> _Labels:
    """Stage -> platform -> numbers of its steps."""
    labels: _Labels = defaultdict(lambda: defaultdict(set))
    for name in names:
        if name.label and name.step_no:
            labels[name.bake_target, name.stage][name.label].add(name.step_no)
    return labels


def _is_used_by_others(name: StepName, labels: _Labels) -> bool:
    """Whether another platform did later steps of the stage without this one of its own: BuildKit
    does a step once for all of them, and names it after the one that asked first."""
    if not name.step_no:
        return False
    others = labels[name.bake_target, name.stage].items()
    return any(
        name.step_no not in numbers and max(numbers) > name.step_no
        for label, numbers in others
        if label != name.label
    )


def _parted(names: Iterable[StepName]) -> dict[tuple[str, str], int]:
    """Stage -> first step that is done once a platform."""
    labels: dict[tuple[str, str, int], set[str]] = defaultdict(set)
    for name in names:
        if name.label and name.step_no:
            seen = labels[name.bake_target, name.stage, name.step_no]
            seen.add(name.label)
            if name.label != name.platform:
                seen.add("->")  # an arrow is drawn for steps that are done once a platform
    parted: dict[tuple[str, str], int] = {}
    for (bake_target, stage, step_no), seen in labels.items():
        if len(seen) > 1:
            key = (bake_target, stage)
            parted[key] = min(step_no, parted.get(key, step_no))
    return parted
