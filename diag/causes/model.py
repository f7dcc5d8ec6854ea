"""What a cause says: a finding for each platform and symbol, with evidence, never a mere opinion.

Frozen, without any drawing: the terminal, the notebook, HTML and JSON all read these objects.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from diag.causes.clipped import clip
from diag.causes.texts import Texts, words_of

if TYPE_CHECKING:
    from diag.causes.facts import Facts, Symbol

Status = Literal["supported", "refuted", "untestable"]
Role = Literal["cause", "contributing", "latent", "claim"]
Pairs = tuple[tuple[str, str], ...]
TRIAL = "a trial: "  # how an artefact begins that a small change of the build brings
# Metadata of a field that tells who shows the object what to mask, and is never shown itself.
NEVER_SHOWN = {"is_shown": False}


@dataclass(frozen=True)
class Evidence:
    """One place that can be looked up. `line_no` (1-based) is None for objects: `text` names the
    member and symbol there."""

    file: str
    line_no: int | None
    text: str

    @classmethod
    def of_row(cls, row: Any, text: str | None = None) -> Evidence:
        """A row of a frame of lines, with its text or what is said of it, cut to be read."""
        return cls(row.file, int(row.line_no), clip(row.text if text is None else text))

    @classmethod
    def of_unit(cls, row: Any, what: str) -> Evidence:
        """A row of a frame of objects or symbols: what is seen of the member, or of the file."""
        return cls(row.file, None, f"{row.member or 'the file itself'} {what}")

    @property
    def place(self) -> str:
        """`file:line`, or the file alone."""
        return self.file if self.line_no is None else f"{self.file}:{self.line_no}"

    def to_json(self) -> dict[str, Any]:
        """The `evidence` item of the JSON contract."""
        return {"file": self.file, "line_no": self.line_no, "text": self.text}


@dataclass(frozen=True)
class Missing:
    """An artefact that would decide: what, why, and the commands that bring it."""

    artefact: str
    why: str
    how: tuple[str, ...] = ()

    @property
    def is_trial(self) -> bool:
        """A small change of the build decides, and may be the fix."""
        return self.artefact.startswith(TRIAL)

    def to_json(self) -> dict[str, Any]:
        """The `missing` item of the JSON contract."""
        return {"artefact": self.artefact, "why": self.why, "how": list(self.how)}


@dataclass(frozen=True)
class Finding:
    """One cause judged on one platform: what it claims and what the evidence says of it.

    `covers`: further symbols of the platform that it is about in the same way; not in the JSON.
    `known`: names and values of the build's variables, never shown: who shows the finding masks
    the secrets among them.
    """

    cause: str
    family: str
    role: Role
    status: Status
    platform: str | None
    symbol: str | None
    claim: str
    evidence: tuple[Evidence, ...] = ()
    missing: tuple[Missing, ...] = ()
    fix: tuple[str, ...] = ()
    experiment: str | None = None
    covers: tuple[str, ...] = ()
    known: Pairs = field(default=(), repr=False, compare=False, metadata=NEVER_SHOWN)

    @property
    def symbols(self) -> tuple[str, ...]:
        """Every symbol that it is about; one empty name where it is about none."""
        return (self.symbol or "", *self.covers)

    @classmethod
    def of(
        cls, cause: str, family: str, role: Role, status: Status, claim: str, *,
        platform: str | None = None, symbol: str | None = None,
        evidence: Iterable[Evidence] = (), missing: Iterable[Missing] = (),
        fix: Iterable[str] = (), experiment: str | None = None, covers: Iterable[str] = (),
    ) -> Finding:  # fmt: skip
        """A finding as each cause gives it: a fix only for what holds, an experiment only for
        what is not refuted, and no empty names."""
        return cls(
            cause=cause,
            family=family,
            role=role,
            status=status,
            platform=platform or None,
            symbol=symbol or None,
            claim=claim,
            evidence=tuple(evidence),
            missing=tuple(missing),
            fix=tuple(fix) if status == "supported" else (),
            experiment=experiment if status != "refuted" else None,
            covers=tuple(covers),
        )

    def to_json(self) -> dict[str, Any]:
        """The `findings` item of the JSON contract."""
        return {
            "cause": self.cause,
            "family": self.family,
            "role": self.role,
            "status": self.status,
            "platform": self.platform,
            "symbol": self.symbol,
            "claim": self.claim,
            "evidence": [item.to_json() for item in self.evidence],
            "missing": [item.to_json() for item in self.missing],
            "fix": list(self.fix),
            "experiment": self.experiment,
        }


@dataclass(frozen=True)
class Cause:
    """One entry of the catalogue. Its words are in texts/<family>.toml.

    `telling`: literals of log lines, beyond those of the kinds that always decide, that the judge
    looks for (in any case of letters where it says so itself). `yields_to`: more exact ids; where
    one of them holds for the same platform and symbol, a finding of this cause is refuted by it
    ("*": any other cause). `lets_link`: a link goes on in spite of it.
    """

    id: str
    family: str
    role: Role
    judge: Callable[[Facts], Iterable[Finding]] = field(repr=False, compare=False)
    telling: tuple[str, ...] = ()
    yields_to: tuple[str, ...] = ()
    lets_link: bool = False

    @property
    def texts(self) -> Texts:
        """Claim, refutation, fix, experiment, limits, and what its page says."""
        return words_of(self.family, self.id)

    def finding(
        self, status: Status, symbol: Symbol, evidence: Iterable[Evidence] = (),
        missing: Iterable[Missing] = (), *, fix: Iterable[str] = (), toolchain: str = "",
        role: Role | None = None, claim: str = "", covers: Iterable[str] = (),
    ) -> Finding:  # fmt: skip
        """A finding in this cause's words; `fix`, `role` and `claim` where they differ here."""
        return Finding.of(
            self.id, self.family, role or self.role, status, claim or self.texts.claim,
            platform=symbol.platform, symbol=symbol.name, evidence=evidence, missing=missing,
            fix=tuple(fix) or self.texts.fix_with(toolchain), experiment=self.texts.experiment,
            covers=covers,
        )  # fmt: skip
