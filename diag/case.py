"""A case: whatever is at hand of one build, as lazy frames that everything else takes.

    case = open_case("path/to/case")                      # a folder with a case.toml
    case = Case(log="build.log", dockerfile="Dockerfile", objects=["target/"])

Nothing is read before a frame is asked for, and each file once. What cannot be read becomes a
row of `case.errors`; the sound rest is used.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from diag import schema
from diag.case_inputs import Inputs, PlatformFacts, Source, gather, read_case_toml, source_of
from diag.case_unread import unread_row, without_objects
from diag.errors import InputError
from diag.join import outcomes
from diag.platforms import DEFAULT_PLATFORMS, display_order, find_platform

if TYPE_CHECKING:
    from diag.compare import Comparison
    from diag.verdict import Verdict

__all__ = ["Case", "PlatformFacts", "open_case"]

# Line kinds that can decide a cause; of a long log, no other lines are made into rows.
DECISIVE_KINDS = ("build_script", "compiler", "echo", "killed", "archiver", "linker", "cache")


class Case:
    """One build as lazy frames: steps, link_errors, link_commands, log_lines, instructions, env,
    objects, symbols, isa, build_script, runs, errors (columns: diag/schema_frames.py).

    `log`, `objects`: one source, several, or a mapping platform -> sources; a log or Dockerfile of
    several lines is its text. `platforms` are those to judge; left out, they follow from the rest.
    Raises InputError when a platform is not known.
    """

    def __init__(
        self,
        *,
        log: Source | Sequence[Source] | Mapping[str, Any] | None = None,
        dockerfile: Source | None = None,
        objects: Any = None,
        platforms: Iterable[str] = (),
        build_args: Mapping[str, str] | None = None,
        base_env: Mapping[str, str] | None = None,
        engine: str = "buildkit",
        claims: Iterable[str] = (),
        title: str = "",
        facts: Iterable[PlatformFacts] = (),
        absent: Iterable[dict[str, Any]] = (),
        probe: pd.DataFrame | Sequence[str | Path] = (),
    ) -> None:
        self.inputs: Inputs = gather(log, dockerfile, objects, absent)
        self.dockerfile = source_of(dockerfile) if self.inputs.dockerfile is not None else None
        self.build_args = dict(build_args or {})
        self.base_env = dict(base_env or {})
        self.engine = engine
        self.claims = tuple(claims)
        self.title = title
        self.facts = tuple(facts)
        self.recorded_probe = probe
        self.progress: Callable[[int, int], None] | None = None  # told (bytes read, bytes in all)
        self.judged: dict[Any, Any] = {}  # kept by diag.compare: a case is read and judged once
        self.asked = [find_platform(name).name for name in platforms]
        self.asked += [fact.name for fact in self.facts]
        self._errors: list[dict[str, Any]] = list(self.inputs.errors)

    # -- logs ---------------------------------------------------------------------------------

    @cached_property
    def logs(self) -> list[Any]:
        """One LogFrames (diag.read.linkers) a log that could be read."""
        from diag.read.linkers import read_log

        frames = []
        for log in self.inputs.logs:
            try:
                frames.append(read_log(log.source, file=log.name, platform=log.platform,
                                       progress=self.progress, is_checked=True))  # fmt: skip
            except InputError as error:
                self._note(log.name, error)
        return frames

    def _from_logs(self, name: str) -> pd.DataFrame:
        return schema.stack(name, [getattr(log, name) for log in self.logs])

    @cached_property
    def steps(self) -> pd.DataFrame:
        """The build's steps."""
        return self._from_logs("steps")

    @cached_property
    def link_errors(self) -> pd.DataFrame:
        """What linkers said."""
        return self._from_logs("link_errors")

    @cached_property
    def link_commands(self) -> pd.DataFrame:
        """Linker command lines."""
        return self._from_logs("link_commands")

    @cached_property
    def log_lines(self) -> pd.DataFrame:
        """Every line of every log."""
        return self._from_logs("log_lines")

    def telling_lines(self, literals: Collection[str] = ()) -> pd.DataFrame:
        """The log lines of the kinds that can decide a cause, and those that hold a literal."""
        return schema.stack("log_lines", [log.lines(DECISIVE_KINDS, literals) for log in self.logs])

    # -- Dockerfile ---------------------------------------------------------------------------

    @cached_property
    def instruction_records(self) -> list[Any]:
        """The Dockerfile's instructions as records."""
        if self.dockerfile is None:
            return []
        from diag.read.dockerfile import load_dockerfile

        try:
            return load_dockerfile(self.dockerfile)
        except InputError as error:
            self._note(str(self.inputs.dockerfile), error)
            return []

    @cached_property
    def instructions(self) -> pd.DataFrame:
        """The Dockerfile's instructions."""
        from diag.read.dockerfile import frame_of

        return frame_of(self.instruction_records)

    def env_for(
        self, platforms: Sequence[str], build_args: Mapping[str, str] | None = None
    ) -> pd.DataFrame:
        """The environment flow for these platforms, with further build arguments: frame `env`."""
        if self.dockerfile is None or self.instructions.empty:
            return schema.empty("env")
        from diag.flow import env_at

        return env_at(
            self.dockerfile,
            platforms=list(platforms),
            build_args={**self.build_args, **(build_args or {})},
            base_env=self.base_env,
            engine=self.engine,
        )

    @cached_property
    def env(self) -> pd.DataFrame:
        """What every outside command receives, on each platform of the case: frame `env`."""
        return self.env_for(self.platforms or DEFAULT_PLATFORMS)

    @cached_property
    def probe(self) -> pd.DataFrame:
        """What was probed: frame `env` with the column `shell`."""
        if isinstance(self.recorded_probe, pd.DataFrame):
            return self.recorded_probe
        from diag.read.probed import read_probe

        try:
            return read_probe(*self.recorded_probe, file=self.inputs.dockerfile)
        except InputError as error:
            self._note(error.file or "", error)
            return read_probe()

    @cached_property
    def probe_differences(self) -> pd.DataFrame:
        """Where what was probed differs from the flow."""
        from diag.probe import compare_flow_and_probe

        return compare_flow_and_probe(self.env, self.probe)

    # -- objects ------------------------------------------------------------------------------

    @cached_property
    def _scanned(self) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, str]]:
        from diag.read.objects import scan_objects

        objects, symbols = [], []
        platform_of: dict[str, str] = {}
        for platform, paths in self.inputs.objects.items():
            scan = scan_objects(paths)
            objects.append(scan.objects)
            symbols.append(scan.symbols)
            self._errors += scan.errors.to_dict("records")  # type: ignore[arg-type]
            seen = [*scan.objects["file"], *scan.errors["file"], *self.inputs.build_scripts]
            self._errors += without_objects(paths, map(str, seen))
            platform_of |= dict.fromkeys(scan.objects["file"], platform)
        return schema.stack("objects", objects), schema.stack("symbols", symbols), platform_of

    @property
    def objects(self) -> pd.DataFrame:
        """Headers of objects and archive members."""
        return self._scanned[0]

    @property
    def symbols(self) -> pd.DataFrame:
        """Their symbols: frame `symbols`."""
        return self._scanned[1]

    @cached_property
    def platform_of_file(self) -> dict[str, str]:
        """Object file -> platform: as given, else by the log's only link or by its machine; ""."""
        given = {**self.inputs.build_script_platform, **self._scanned[2]}
        of_file = outcomes.platforms_of_files(self.objects, given)
        if any(given.values()) or not self.logs:
            return of_file
        links = self.link_commands
        seen = (of_file, self.objects, links, self.link_errors)
        return outcomes.of_one_build(
            of_file, links, outcomes.platform_of_log(self.platforms, *seen)
        )

    @cached_property
    def isa(self) -> pd.DataFrame:
        """Instruction-set extensions by function: frame `isa`."""
        from diag.read.isa import read_isa

        return read_isa(*self._paths) if self._paths else schema.empty("isa")

    @cached_property
    def details(self) -> pd.DataFrame:
        """What objects say of themselves: frame `details`."""
        from diag.read.details import read_details

        return read_details(*self._paths) if self._paths else schema.empty("details")

    @property
    def _paths(self) -> list[Path]:
        return [path for paths in self.inputs.objects.values() for path in paths]

    @cached_property
    def build_script(self) -> pd.DataFrame:
        """What Rust build scripts told cargo: frame `build_script`."""
        from diag.read.buildscript import read_build_script

        return read_build_script(*self.inputs.build_scripts)

    # -- facts and the whole ------------------------------------------------------------------
    @cached_property
    def runs(self) -> pd.DataFrame:
        """Where the program was run and how it ended, as the case tells: frame `runs`."""
        return schema.make("runs", [row for fact in self.facts for row in fact.run_rows()])

    @property
    def linked(self) -> dict[str, tuple[bool, str]]:
        """Platform -> whether the case's author saw it link, and the file that says so."""
        return {f.name: (f.linked, f.file) for f in self.facts if f.linked is not None}

    @cached_property
    def platforms(self) -> tuple[str, ...]:
        """The platforms to judge, in the order of display."""
        names = {*self.asked, *self.inputs.platforms} - {""}
        names |= outcomes.platforms_in_error(self.steps) if names and not self.asked else set()
        if not names:
            said = (log.lines_with(outcomes.LINKERS) for log in self.logs)
            names = outcomes.platforms_told(self.steps, self.link_commands, said)
        return tuple(display_order(names))

    @property
    def errors(self) -> pd.DataFrame:
        """What could not be read so far: frame `errors`."""
        known = [{key: row[key] for key in row if not pd.isna(row[key])} for row in self._errors]
        base = {"member": "", "help": ""}
        rows = [{**base, "where": str(place), **row} for place, row in enumerate(known)]
        same = ["file", "where", "reason"]
        return schema.make("errors", rows).drop_duplicates(same, ignore_index=True)

    def diagnose(self, claims: Iterable[str] = ()) -> Verdict:
        """Run every cause over the frames."""
        from diag.verdict import diagnose

        return diagnose(self, claims=claims)

    def compare(self, after: Case, reverted: Case | None = None) -> Comparison:
        """What the change from this case to `after` did to cause and symptom."""
        from diag.compare import compare

        return compare(self, after, reverted)

    def _note(self, file: str, error: InputError) -> None:
        self._errors.append(unread_row(file, error))

    def __repr__(self) -> str:
        logs, paths, own = len(self.inputs.logs), len(self._paths), self.inputs.dockerfile or "none"
        return f"<Case {self.title!r}: {logs} logs, {paths} object paths, Dockerfile {own}>"


def open_case(folder: Source) -> Case:
    """The case of a folder with a `case.toml`; InputError where there is none to be used."""
    return Case(**read_case_toml(folder))
