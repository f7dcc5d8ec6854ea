"""All RUNs of a Dockerfile for one platform in one shell, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from diag.errors import UnknownPlatformError
from diag.flow.values import Copy, RunContext
from diag.platforms import find_platform
from diag.probe.complaints import needs_of_complaints
from diag.probe.filesystem import (
    END_OF_TAR,
    first_root,
    layer_of,
    paths_of,
    split,
    stub_layer,
    with_copies,
)
from diag.probe.limits import Limits
from diag.probe.records import Call, read_calls, read_exit
from diag.probe.sandbox import Outcome, check_sandbox, run
from diag.probe.scripts import answering_tools
from diag.probe.shells import NAMED_SHELLS, Shell
from diag.probe.stub_names import Needs
from diag.probe.surroundings import command_of, stub_folders
from diag.probe.worlds import DEFAULT_WORLD, World

_MAX_ROUNDS = 5  # how often a RUN is run again for what its shell did not find


@dataclass(frozen=True)
class Probed:
    """One RUN as it was run: the calls it made, in order, and how it ended.

    `failed_before` are (line, exit status) of earlier RUNs that this one stands on and that
    failed, so that the engine would not have come here.
    """

    context: RunContext
    shell: Shell
    calls: tuple[Call, ...]
    exit_code: int | None
    failed_before: tuple[tuple[int, int], ...]
    notes: tuple[str, ...]


@dataclass
class Session:
    """The file systems of the stages as RUN after RUN leaves them."""

    shell: Shell
    words: Needs
    limits: Limits
    world: World = DEFAULT_WORLD
    roots: dict[int, bytes] = field(default_factory=dict)
    failures: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    seen: frozenset[str] = frozenset()  # every path that a RUN began with

    def probe(self, contexts: Sequence[RunContext]) -> list[Probed]:
        """Run each in turn; a failure stops none of the later ones."""
        return [self._probe(context) for context in contexts]

    def _probe(self, context: RunContext) -> Probed:
        for stage in context.closed:
            self.roots[stage.chain[-1]] = self._copied(stage.chain, stage.copies)
        root = self._copied(context.stage_chain, context.copies)
        before = [f for stage in context.stage_chain for f in self.failures.get(stage, ())]
        command = command_of(context, self.shell, self.world)
        if command is None:
            self.roots[context.stage_no] = root
            known = ", ".join(("sh", *NAMED_SHELLS))
            note = f"not run: SHELL {' '.join(context.shell)} is none of {known}, or not installed here"
            return Probed(context, self.shell, (), None, tuple(before), (note,))
        calls, exit_code, root, notes = self._rounds(context, command, root)
        self.roots[context.stage_no] = root
        if exit_code:
            self.failures.setdefault(context.stage_no, []).append((context.line_no, exit_code))
        return Probed(context, self.shell, tuple(calls), exit_code, tuple(before), tuple(notes))

    def _copied(self, chain: Sequence[int], copies: Sequence[Copy]) -> bytes:
        return with_copies(self._root_of(chain), copies, self.roots)

    def _root_of(self, chain: Sequence[int]) -> bytes:
        for stage_no in reversed(chain):
            if stage_no in self.roots:
                return self.roots[stage_no]
        outside = self.world.outside_tools
        tools = tuple(t for t in check_sandbox(self.limits).tools if t not in outside)
        return first_root(tools, self.shell.program_name) + layer_of(self.world.files)

    def _rounds(
        self, context: RunContext, command: list[str], root: bytes
    ) -> tuple[list[Call], int | None, bytes, list[str]]:
        """Run it, again with what its shell did not find, until nothing more is missed."""
        needs, made = self.words, Needs()
        for _ in range(_MAX_ROUNDS):
            layer = _layer(context, needs, made, root, self.world)
            files = root + layer + END_OF_TAR
            outcome = run(command, files, workdir=context.workdir, limits=self.limits)
            missed = self._missed(context, outcome, root)
            fresh = missed.beyond(made)
            if not fresh or outcome.cut:
                break
            made |= missed
        records, after = split(outcome.files)
        calls, n_calls = read_calls(records, self.limits.commands)
        exit_code = read_exit(records)
        notes = [*_endings(outcome, exit_code, n_calls - len(calls)), *made.told()]
        return calls, exit_code, root if outcome.cut or not after else after, notes

    def _missed(self, context: RunContext, outcome: Outcome, root: bytes) -> Needs:
        """What it complained about, without what the Dockerfile itself made once and removed."""
        self.seen |= paths_of(root)
        script = context.script or " ".join(context.argv)
        missed = needs_of_complaints(outcome.output.decode(errors="replace"), script) - self.seen
        return missed if self.world.file_text is not None else replace(missed, files=frozenset())


def _layer(context: RunContext, needs: Needs, made: Needs, root: bytes, world: World) -> bytes:
    """The stubs of one round. What the root has already is left as it is."""
    names = needs.names | made.names
    # Not found in spite of its stub: PATH has lost the stubs' folder.
    places = needs.paths | made.paths | {f"/usr/bin/{name}" for name in made.names}
    places |= {f"{folder}/{name}" for folder in stub_folders(context.env) for name in names}
    paths = sorted(places - paths_of(root)) if places else []
    return stub_layer(
        sorted(names),
        paths,
        {**_answers(context), **world.tools()},
        wanted=made.wanted(),
        workdir=context.workdir,
        world=world,
    )


def _answers(context: RunContext) -> Mapping[str, str]:
    for name in (context.run_platform, context.platform):
        try:
            return answering_tools(find_platform(name))
        except UnknownPlatformError:
            continue
    return {}


def _endings(outcome: Outcome, exit_code: int | None, n_dropped: int) -> list[str]:
    notes = []
    if outcome.cut:
        notes.append(
            f"stopped at the limit of {outcome.cut}: its files and later calls are not known"
        )
    elif exit_code is None:
        told = outcome.output.decode(errors="replace").strip().splitlines()
        notes.append(f"could not be run: {told[-1][:200] if told else 'no record was left'}")
    elif exit_code == 137:
        notes.append("killed, by a limit of time or by itself: later calls are not known")
    if n_dropped:
        notes.append(f"{n_dropped} further calls of outside commands are not shown")
    return notes
