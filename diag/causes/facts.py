"""The frames of one case, joined, as the causes see them: no file is opened behind this line."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

import pandas as pd

from diag.causes.clipped import clip as clip
from diag.causes.model import Evidence, Missing
from diag.causes.searched import having
from diag.join.link_units import Units, units_of
from diag.schema import each, empty, keep

T = TypeVar("T")


@dataclass(frozen=True)
class Symbol:
    """One symbol that a platform's link wants and does not get."""

    name: str
    platform: str


@dataclass(frozen=True)
class Facts:
    """Every frame of diag/schema_frames.py that a cause may look at.

    `lines`: the log lines of the kinds that can decide. `unlisted_env`: the flow for a platform that
    the build does not list (`unlisted_platform`), to see what a script does where no branch fits.
    `raw_names`: a name that the linker printed demangled -> the raw names that objects have of it.
    """

    platforms: tuple[str, ...]
    outcomes: pd.DataFrame
    steps: pd.DataFrame
    lines: pd.DataFrame
    link_errors: pd.DataFrame
    link_commands: pd.DataFrame
    instructions: pd.DataFrame
    env: pd.DataFrame
    unlisted_env: pd.DataFrame
    unlisted_platform: str
    probe: pd.DataFrame
    probe_differences: pd.DataFrame
    case_assignments: pd.DataFrame
    objects: pd.DataFrame
    sightings: pd.DataFrame
    build_script: pd.DataFrame
    drift: pd.DataFrame
    arrivals: pd.DataFrame
    platform_of_file: Mapping[str, str]
    has_log: bool
    dockerfile: str | None
    claims: tuple[str, ...] = ()
    raw_names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    near: pd.DataFrame = field(default_factory=lambda: empty("near"))
    bases: pd.DataFrame = field(default_factory=lambda: empty("bases"))
    packages: pd.DataFrame = field(default_factory=lambda: empty("packages"))
    symbols: pd.DataFrame = field(default_factory=lambda: empty("symbols"))  # as read: not `plain`
    errors: pd.DataFrame = field(default_factory=lambda: empty("errors"))  # what was unreadable
    load_details: Callable[[], pd.DataFrame] = field(default=lambda: empty("details"))
    load_lines: Callable[[Collection[str]], pd.DataFrame] = field(
        default=lambda literals: empty("log_lines")
    )
    known: dict[Any, Any] = field(default_factory=dict, compare=False)  # answers that several ask

    @cached_property
    def details(self) -> pd.DataFrame:
        """What the objects say of themselves: frame `details`, read when a cause asks."""
        return self.load_details()

    def lines_with(self, literals: Collection[str]) -> pd.DataFrame:
        """The log lines of any kind that hold one of the literals; the logs are read once more."""
        return self._once(frozenset(literals), lambda: self._lines_with(literals))

    def _once(self, key: Any, answer: Callable[[], T]) -> T:
        if key not in self.known:
            self.known[key] = answer()
        return self.known[key]  # type: ignore[no-any-return]

    def _lines_with(self, literals: Collection[str]) -> pd.DataFrame:
        if not literals:
            return empty("log_lines")
        told = having(self.lines["text"], "|".join(map(re.escape, literals)))
        found = pd.concat([self.lines[told], self.load_lines(literals)])
        found = found.drop_duplicates(["file", "line_no", "part_no"])
        return found.sort_values(["file", "line_no", "part_no"], kind="stable")

    @cached_property
    def units(self) -> Units:
        """What a linker takes or leaves as a whole, with references and definitions."""
        return units_of(self.objects, self.symbols)

    @property
    def has_dockerfile(self) -> bool:
        """A Dockerfile was given and could be read."""
        return not self.instructions.empty

    @property
    def judged(self) -> tuple[str, ...]:
        """The platforms, or one without a name where none is known."""
        return self.platforms or ("",)

    def has_objects(self, platform: str) -> bool:
        """Objects of that platform were given and could be read."""
        return platform in self._platforms_with_objects

    @cached_property
    def _platforms_with_objects(self) -> frozenset[str]:
        return frozenset(self.platform_of_file.get(file, "") for file in self.objects["file"])

    @cached_property
    def wanted(self) -> tuple[Symbol, ...]:
        """What each platform's link wants and does not get, once each, in order of the log."""
        rows = self.link_errors[self.link_errors["kind"] == "undefined"].dropna(subset=["symbol"])
        named = [Symbol(r.symbol, self._named_or_only(r.platform)) for r in each(rows)]
        told = {symbol.platform for symbol in named}
        seen = self.sightings[self.sightings["bind"] == "GLOBAL"]
        left = _without_imports(seen[seen["is_output"] & (seen["role"] != "defined")])
        named += [Symbol(r.name, r.platform) for r in each(left)]
        named += [Symbol(r.name, r.platform) for r in each(self._unlinked(told))]
        return tuple(dict.fromkeys(named))

    def _named_or_only(self, platform: Any) -> str:
        """The platform that a row names; where it names none, the only one that is judged."""
        only = self.platforms[0] if len(self.platforms) == 1 else ""
        return platform if isinstance(platform, str) and platform else only

    def _unlinked(self, told: set[str]) -> pd.DataFrame:
        """Wanted by objects of a platform for which there is no log and no linked output."""
        has_output = set(self.sightings.loc[self.sightings["is_output"], "platform"])
        linked = set(self.outcomes.loc[self.outcomes["outcome"] == "linked", "platform"])
        rows = self.sightings[self.sightings["role"] == "wanted"]
        rows = rows[~rows["platform"].isin(told | has_output | linked)]
        defined = self.sightings[self.sightings["role"] == "defined"]
        pairs = set(zip(defined["platform"], defined["name"], strict=True))
        is_open = [(p, n) not in pairs for p, n in zip(rows["platform"], rows["name"], strict=True)]
        return keep(rows, is_open)

    def outcome(self, platform: str) -> str:
        """linked, failed, canceled or unknown."""
        found = self.outcomes.loc[self.outcomes["platform"] == platform, "outcome"]
        return str(found.iloc[0]) if len(found) else "unknown"

    def outcome_evidence(self, platform: str) -> tuple[Evidence, ...]:
        """Where that outcome is seen."""
        ends = self.outcomes
        rows = ends[(ends["platform"] == platform) & (ends["text"] != "")]
        return tuple(
            Evidence(r.file, None if pd.isna(r.line_no) else int(r.line_no), clip(r.text))
            for r in each(rows)
        )

    def of_platform(self, frame: pd.DataFrame, platform: str) -> pd.DataFrame:
        """Rows of a frame of files (objects, build_script) that belong to the platform."""
        return keep(frame, (self.platform_of_file.get(f, "") == platform for f in frame["file"]))

    def ran(self, platform: str) -> bool | None:
        """Whether the program ran to a good end; None where that was not tried."""
        ends = self.on(self.outcomes, platform)["ran"].dropna()
        return bool(ends.astype(bool).all()) if len(ends) else None

    def end_of_run(self, platform: str) -> tuple[Evidence, ...]:
        """How the program ended where it was run, and the file that tells so."""
        ends = self.outcomes
        rows = ends[(ends["platform"] == platform) & (ends["ended"] != "")]
        text = "the program was run and ended: "
        return tuple(Evidence(r.ran_file, None, text + r.ended) for r in each(rows) if r.ran_file)

    def on(self, frame: pd.DataFrame, platform: str) -> pd.DataFrame:
        """Rows of that platform; rows that name none count where only one platform is judged."""
        if frame is self.lines or frame is self.link_commands:  # many ask, name by name
            return self._once((id(frame), platform), lambda: self._on(frame, platform))
        return self._on(frame, platform)

    def _on(self, frame: pd.DataFrame, platform: str) -> pd.DataFrame:
        same = frame["platform"] == platform
        if len(self.platforms) <= 1:
            same = same | frame["platform"].isna() | (frame["platform"] == "")
        return frame[same.fillna(False).astype(bool)]

    def seen(self, symbol: Symbol, role: str) -> pd.DataFrame:
        """Where the objects of the symbol's platform want it, define it, or make it zero."""
        places = [n for name in self.raw_of(symbol) for n in self._places_of_name.get(name, ())]
        if not places:  # most of ten thousand names, where no objects were given
            return self._once("unseen", lambda: self.sightings.iloc[:0])
        rows = self.sightings.iloc[places]
        return rows[(rows["platform"] == symbol.platform) & (rows["role"] == role)]

    def raw_of(self, symbol: Symbol) -> tuple[str, ...]:
        """The names by which objects know the symbol: more than one where constructors share it."""
        return self.raw_names.get(symbol.name, (symbol.name,))

    @cached_property
    def _places_of_name(self) -> Mapping[Any, Any]:
        """Name -> places in `sightings`: with ten thousand wanted names no one scans it for each."""
        return self.sightings.groupby("name", sort=False).indices

    def definitions(self, symbol: Symbol) -> pd.DataFrame:
        """Inputs of the symbol's platform that define it for others to use (not LOCAL)."""
        rows = self.seen(symbol, "defined")
        return rows[~rows["is_output"] & (rows["bind"] != "LOCAL")] if len(rows) else rows

    def errors_of(self, symbol: Symbol) -> pd.DataFrame:
        """The rows of `link_errors` about the symbol on its platform."""
        return self.link_errors.iloc[self._places_of_error.get(symbol, [])]

    @cached_property
    def _places_of_error(self) -> Mapping[Symbol, list[int]]:
        """Symbol -> places in `link_errors`: see `_places_of_name`."""
        found: dict[Symbol, list[int]] = {}
        for place, row in enumerate(each(self.link_errors[["symbol", "platform"]])):
            found.setdefault(Symbol(row[0], self._named_or_only(row[1])), []).append(place)
        return found

    def reference_evidence(self, symbol: Symbol) -> tuple[Evidence, ...]:
        """The log line of the undefined reference, and the members that want the symbol."""
        return self._once(("reference", symbol), lambda: self._reference_evidence(symbol))

    def _reference_evidence(self, symbol: Symbol) -> tuple[Evidence, ...]:
        told: dict[str, Any] = {}  # each once: the combined log and a platform's own agree
        for row in each(self.errors_of(symbol)):
            if row.kind == "undefined":
                told.setdefault(row.detail_text, row)
        found = [Evidence.of_row(row, text) for text, row in told.items()]
        wanted = self.seen(symbol, "wanted")
        return (*found[:2], *sightings_evidence(wanted, f"wants {symbol.name} (undefined)")[:3])


def _without_imports(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows of outputs without the names that carry a version: a library was found for them."""
    imported = rows[rows["version"].notna()]
    pairs = set(zip(imported["file"], imported["name"], strict=True))
    return keep(rows, [p not in pairs for p in zip(rows["file"], rows["name"], strict=True)])


def sightings_evidence(rows: pd.DataFrame, what: str) -> list[Evidence]:
    """Rows of `sightings` as evidence: file, and in words the member."""
    once = rows.drop_duplicates(["file", "member"]) if len(rows) else rows
    return [Evidence.of_unit(r, what) for r in each(once)]


def counted(number: int, one: str, many: str) -> str:
    """`1 file`, `3 files`."""
    return f"{number} {one if number == 1 else many}"


def line_of(place: str) -> int:
    """The line of a `file:line` place; 0 where it names none."""
    tail = place.rpartition(":")[2]
    return int(tail) if tail.isdigit() else 0


def at(place: str, text: str) -> Evidence:
    """Evidence at a `file:line` place."""
    return Evidence(place.rpartition(":")[0], line_of(place), text)


def log_missing(platform: str) -> Missing:
    """The artefact: a full log of that platform."""
    where = f" --platform {platform}" if platform else ""
    return Missing(
        f"build log of {platform or 'the build'}",
        "the linker's message and what the build said before it stand there",
        (f"docker buildx build --progress=plain --no-cache{where} . 2>&1 | tee build.log",),
    )


def dockerfile_missing() -> Missing:
    """The artefact: the Dockerfile as built."""
    return Missing(
        "the Dockerfile that was built",
        "what each command receives is computed from it",
        (
            "git show COMMIT:Dockerfile > Dockerfile",
            "diag investigate build.log --dockerfile Dockerfile",
        ),
    )


def objects_missing(platform: str) -> Missing:
    """The artefact: what the compiler and archiver left behind."""
    given = f"{platform}=out/" if platform else "out/"
    kept = "RUN --mount=type=cache,id=target-$TARGETPLATFORM,target=/src/target ..."
    export = f"docker buildx build{f' --platform {platform}' if platform else ''}"
    return Missing(
        f"objects and archives of {platform or 'the failing platform'}",
        "whether any object defines the symbol is seen there and nowhere else",
        (
            f"diag investigate build.log --objects {given}",
            f"# in a container build, keep them past the failure: {kept}",
            f'{export} --build-arg ATTEMPT="$(date +%s)" --output type=local,dest=out -f export.Dockerfile .  # docs/collecting-evidence.md',
        ),
    )
