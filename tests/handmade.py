"""A small verdict and a comparison made by hand: what the displays are tested on.

Nothing here comes from a case of data/; the names are invented.
"""

from __future__ import annotations

from typing import Any

from diag import schema
from diag.case import Case
from diag.causes.model import Evidence, Finding, Missing
from diag.compare import Comparison, PlatformChange
from diag.verdict import Verdict

LOG, DOCKERFILE = "logs/build.log", "Dockerfile"
SYMBOL = "blend_rows_avx512"
STEP_TEXT = "[linux/amd64 builder 5/9] RUN make -C src all && install src/paint /out/paint"
SKIPPED = "warning: skipping blend_avx512.c: bad value 'native' for '-march=' switch"
UNDEFINED = f"paint.o:(.text.blend+0x26): undefined reference to `{SYMBOL}'"
LINK_LINE = "cc " + "-Wl,--as-needed " * 30 + UNDEFINED + " -lm" * 30


def finding(**changes: Any) -> Finding:
    """The headline of the hand-made verdict, with changes."""
    fields: dict[str, Any] = {
        "cause": "kernel-object-not-built",
        "family": "never_produced",
        "role": "cause",
        "status": "supported",
        "platform": "linux/amd64",
        "symbol": SYMBOL,
        "claim": f"The object that should define {SYMBOL} was never built",
        "evidence": (
            Evidence(LOG, 12, SKIPPED),
            Evidence(LOG, 40, LINK_LINE),
            Evidence("target/libpaint.a", None, f"blend.o wants {SYMBOL} (undefined)"),
        ),
        "fix": (
            "give the kernel an explicit -march",
            "let the build fail where a kernel is refused",
        ),
        "experiment": "build on a native host",
    }
    return Finding(**{**fields, **changes})


def refuted(platform: str, line_no: int) -> Finding:
    """An explanation that somebody proposed and that the log refutes."""
    return finding(
        cause="variables-lost-after-case",
        family="flow",
        role="claim",
        status="refuted",
        platform=platform,
        symbol=None,
        claim=f"The value exported in a branch reaches the command on {platform}",
        evidence=(Evidence(LOG, line_no, "RUSTFLAGS=-C target-cpu=generic"),),
        fix=(),
    )


def untestable() -> Finding:
    """An explanation that needs an artefact which is not there."""
    missing = Missing("objects of linux/arm64", "definitions stand there", ("diag collect", "ls"))
    return finding(
        cause="archive-order",
        family="order",
        status="untestable",
        platform="linux/arm64",
        symbol=None,
        claim="The archive stands before its user",
        evidence=(),
        missing=(missing,),
        fix=(),
    )


FINDINGS = (finding(), refuted("linux/amd64", 20), refuted("linux/arm64", 30), untestable())


def steps() -> Any:
    """Steps of a build where amd64 failed, arm64 went through and arm/v7 was canceled."""
    rows = [
        step("#1", "linux/amd64", "ok", 1.5, 2),
        step("#2", "linux/amd64", "error", 6.0, 10, exit_code=101),
        step("#3", "linux/arm64", "ok", 5.25, 50),
        step("#4", "linux/arm64", "cached", 0.0, 51),
        step("#5", "linux/arm/v7", "canceled", None, 60),
    ]
    return schema.make("steps", rows)


def step(step_id: str, platform: str, status: str, seconds: Any, line_no: int, **more: Any) -> Any:
    """One row of the frame `steps`."""
    return {
        "file": LOG,
        "step_id": step_id,
        "stage": "builder",
        "platform": "linux/amd64",
        "target_platform": platform,
        "step_no": 5,
        "n_steps": 9,
        "instruction": "RUN",
        "name_text": STEP_TEXT,
        "status": status,
        "seconds": seconds,
        "is_clipped": False,
        "line_no": line_no,
        **more,
    }


def link_error(number: int = 1, symbol: str | None = SYMBOL, **more: Any) -> dict[str, Any]:
    """One row of the frame `link_errors`."""
    return {
        "file": LOG,
        "error_no": number,
        "line_no": 39 + number,
        "step_id": "#2",
        "platform": "linux/amd64",
        "linker": "ld.bfd",
        "kind": "undefined",
        "symbol": symbol,
        "object": "target/libpaint.a",
        "member": "blend.o",
        "n_refs": 1,
        "is_lower_bound": False,
        "detail_text": UNDEFINED,
        **more,
    }


def outcomes() -> Any:
    """One row a platform."""
    seen = {"file": LOG, "ended": ""}
    rows = [
        {"platform": "linux/amd64", "outcome": "failed", "line_no": 10, "text": "error", **seen},
        {"platform": "linux/arm64", "outcome": "linked", "line_no": 50, "text": "ok", "ran": True}
        | seen
        | {"ended": "exit status 0 on host"},
        {"platform": "linux/arm/v7", "outcome": "canceled", "line_no": 60, "text": "x", **seen},
    ]
    return schema.make("outcomes", rows)


def verdict(**changes: Any) -> Verdict:
    """The hand-made verdict, with changes."""
    fields: dict[str, Any] = {
        "outcome": "explained",
        "cause": "kernel-object-not-built",
        "findings": FINDINGS,
        "outcomes": outcomes(),
        "link_errors": schema.make("link_errors", [link_error()]),
        "steps": steps(),
        "errors": schema.empty("errors"),
        "title": "a paint program",
    }
    return Verdict(**{**fields, **changes})


def comparison(**changes: Any) -> Comparison:
    """What a mask did to the hand-made case."""
    change = PlatformChange(
        "linux/amd64", "masked", "undefined-ignored", "failed", "linked", SYMBOL,
        (Evidence("after/Dockerfile", 3, "-Wl,--unresolved-symbols=ignore-all"),),
    )  # fmt: skip
    fields = {"result": "masked", "by": "undefined-ignored", "platforms": (change,)}
    return Comparison(**{**fields, "evidence": change.evidence, **changes})


def case(**frames: Any) -> Case:
    """A case that reads nothing: its frames are given, as if they had been read."""
    made = Case(title="a paint program", build_args={"NPM_TOKEN": SECRET})
    given: dict[str, Any] = {
        "steps": steps(),
        "link_errors": schema.make("link_errors", [link_error()]),
        "log_lines": schema.make("log_lines", [log_line(20, f"RUSTFLAGS={FLAGS[0]}")]),
        "env": schema.make("env", [env_row("linux/amd64", FLAGS[0]), env_row("linux/arm64", None)]),
        "instruction_records": [],
        "platforms": PLATFORMS,
        "platform_of_file": {"target/libpaint.a": "linux/amd64"},
        "_scanned": (objects(), symbols(), {"target/libpaint.a": "linux/amd64"}),
    }
    for name, value in {**given, **frames}.items():
        made.__dict__[name] = value
    made.dockerfile = DOCKERFILE
    return made


SECRET = "s3cr3t-of-the-team"
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7")
FLAGS = ("-C link-arg=-Wl,-z,now -C target-cpu=generic", "-C target-cpu=generic")


def log_line(line_no: int, text: str, **more: Any) -> dict[str, Any]:
    """One row of the frame `log_lines`."""
    row = {"file": LOG, "line_no": line_no, "part_no": 1, "platform": "linux/amd64"}
    return {**row, "text": text, "kind": "echo", **more}


def env_row(platform: str, value: str | None, **more: Any) -> dict[str, Any]:
    """One row of the frame `env`: what cargo receives in RUSTFLAGS."""
    return {
        "file": DOCKERFILE,
        "platform": platform,
        "run_no": 1,
        "command_no": 1,
        "path_no": 1,
        "name": "RUSTFLAGS",
        "stage": "builder",
        "line_no": 9,
        "command": "cargo",
        "argv_text": "cargo build --release",
        "source": "shell",
        "status": "unset" if value is None else "set",
        "value": value,
        "is_exported": value is not None,
        "came_through": [f"{DOCKERFILE}:7"] if value is not None else [],
        **more,
    }


def objects() -> Any:
    """An archive of two members."""
    shared = {"file": "target/libpaint.a", "arch": "x86_64", "bits": 64, "byte_order": "little"}
    shared |= {"abi": "", "compiler": "", "needed": [], "is_lto": False, "size_bytes": 100}
    rows = [
        {**shared, "member": m, "member_no": n, "format": "elf", "kind": "relocatable"}
        for n, m in enumerate(("blend.o", "main.o"))
    ]
    return schema.make("objects", rows)


def symbols() -> Any:
    """blend.o wants the symbol, nothing defines it; main.o defines main."""
    return schema.make(
        "symbols", [symbol("blend.o", 0, SYMBOL, False), symbol("main.o", 1, "main")]
    )


def symbol(member: str, member_no: int, name: str, is_defined: bool = True) -> dict[str, Any]:
    """One row of the frame `symbols`."""
    return {
        "file": "target/libpaint.a",
        "member": member,
        "member_no": member_no,
        "table": ".symtab",
        "index": 1,
        "arch": "x86_64",
        "name": name,
        "bind": "GLOBAL",
        "type": "FUNC" if is_defined else "NOTYPE",
        "visibility": "DEFAULT",
        "value": 16 if is_defined else 0,
        "size_bytes": 8,
        "is_defined": is_defined,
    }
