"""What reaches a command and what is lost, in real shells: the incident's forms, each way of losing."""

from __future__ import annotations

import pytest

from diag import schema
from diag.flow import env_at
from diag.platforms import find_platform
from diag.probe import compare_flow_and_probe
from diag.probe import probe_env as _probe_env
from tests.incident_flags import BASE, GENERIC, NO_AVX512, RECIPE
from tests.probe_runs import probe_env, received, run, same

pytestmark = [pytest.mark.sandbox, pytest.mark.usefixtures("sandbox_programs")]

# --- the incident ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("form", "amd64", "others"),
    [("old-form", BASE, BASE), ("before", NO_AVX512, GENERIC), ("after", NO_AVX512, GENERIC)],
)
def test_flags_reach_cargo_on_every_platform(form: str, amd64: str, others: str) -> None:
    """`case` opens no subshell: each form's flags reach `cargo build` on each platform; that all
    shells agree is the recording's (tests/test_scoping.py)."""
    names = ["linux/amd64", "linux/arm64", "linux/arm/v7"]
    asked = {"platforms": names, "name": "RUSTFLAGS", "command": "cargo"}
    frame = _probe_env(RECIPE / f"Dockerfile.multiarch.{form}", shells=["dash"], **asked)
    schema.check(frame, "env")
    builds = frame[frame["argv_text"].str.startswith("cargo build")]
    assert len(builds) == len(names)
    for (_, platform), value in builds.set_index(["shell", "platform"])["value"].items():
        assert value == (amd64 if platform == "linux/amd64" else others)
    triples = builds["argv_text"].str.split().str[-1]
    targets = builds["platform"].map(lambda name: find_platform(name).rust_targets[0])
    assert triples.tolist() == targets.tolist(), "the file of an earlier RUN is read"
    flow = env_at(RECIPE / f"Dockerfile.multiarch.{form}", **asked)
    assert compare_flow_and_probe(flow, frame).empty
    lines = (RECIPE / f"Dockerfile.multiarch.{form}").read_text().splitlines()
    assert all("cargo build" in lines[number - 1] for number in builds["line_no"])


def test_an_unlisted_platform_fails_early_and_ends_differently_in_the_two_forms() -> None:
    """On riscv64 the first RUN exits 1; with `before` RUSTFLAGS is empty then, with `after` unset;
    the old form sets it without asking for the platform."""
    ends = {}
    for form in ("old-form", "before", "after"):
        frame = _probe_env(
            RECIPE / f"Dockerfile.multiarch.{form}",
            platforms=["linux/riscv64"],
            name="RUSTFLAGS",
            shells=["dash", "busybox-ash"],
        )
        build = frame[frame["argv_text"].str.startswith("cargo build")]
        assert set(build["condition"]) == {"the build stops before: RUN at line 24 exits 1"}
        ends[form] = set(build["status"].astype(str))
    assert ends == {"old-form": {"set"}, "before": {"empty"}, "after": {"unset"}}


# --- the loss table: each run in all four shells -----------------------------------------------

LOSSES = {
    "kept-after-case": ("case $TARGETARCH in amd64) export F=new;; esac; cargo", "new"),
    "kept-after-if": ("if [ $TARGETARCH = amd64 ]; then export F=new; fi; cargo", "new"),
    "kept-after-group": ("{ export F=new; }; cargo", "new"),
    "subshell": ("(export F=new); cargo", None),
    "pipeline-left": ("case $TARGETARCH in amd64) export F=new;; esac | tee /tmp/log; cargo", None),
    "pipeline-right": ("echo new | while read -r F; do export F; done; cargo", None),
    "command-substitution": ("x=$(export F=new); cargo", None),
    "background": ("export F=new & wait; cargo", None),
    "separate-shell": ("sh -c 'export F=new'; cargo", None),
    "not-exported": ("F=new; cargo", None),
    "prefix-of-other-command": ("F=new true && cargo", None),
    "no-branch-matched": ("case $TARGETARCH in ppc64le) export F=new;; esac; cargo", None),
    "platform-as-pattern": ("case $TARGETARCH in linux/amd64) export F=new;; esac; cargo", None),
    "env-cleared": ("export F=new; env -i PATH=$PATH cargo", None),
    "local": ("f() { local F=new; }; f; export F; cargo", None),
    "overridden-by-prefix": ("export F=new; F=OLD cargo", "OLD"),
    "quoted-not-expanded": ("B=x; export F='$B y'; cargo", "$B y"),
    "set-a": ("set -a; F=new; cargo", "new"),
    "eval": ("eval 'export F=new'; cargo", "new"),
    "function": ("f() { export F=new; }; f; cargo", "new"),
    "sourced": ("echo 'export F=new' > /tmp/e; . /tmp/e; cargo", "new"),
    "unset": ("export F=new; unset F; cargo", None),
    "empty": ("export F=; cargo", ""),
    "substitution-result": ("export F=$(printf %s new | tr n N); cargo", "New"),
}  # fmt: skip


def losses(scripts: dict[str, str]) -> dict[str, dict[str, str | None]]:
    """What `cargo KEY` receives as F, by key and shell. Each script has a subshell of its own."""
    parts = [f"(\n{script.replace('cargo', f'cargo {key}')}\n)" for key, script in scripts.items()]
    frame = run("\n".join(parts), name="F")
    frame["command"] = frame["argv_text"].str.removeprefix("cargo ")
    return {key: received(frame, "F", key) for key in scripts}


def test_the_loss_table_in_all_shells() -> None:
    """Each loss of the catalogue, and its look-alikes that lose nothing, alike in all shells."""
    seen = losses({key: script for key, (script, _) in LOSSES.items()})
    assert seen == {key: same(value) for key, (_, value) in LOSSES.items()}


def test_losses_where_shells_differ() -> None:
    """A prefix on a special builtin persists in POSIX shells; only bash --posix exports it too.
    Where F was exported before, bash alone forgets the prefix."""
    seen = losses({"new": "F=new : && cargo", "exported": "export F=old; F=new : && cargo"})
    assert seen == {
        "new": {**same(None), "bash-posix": "new"},
        "exported": {**same("new"), "bash": "old"},
    }


def test_losses_where_versions_differ() -> None:
    """`export F=$x` cuts at the first space in dash before 0.5.11; a quoted one nowhere."""
    seen = losses({"bare": "x='new old=1'; export F=$x; cargo", "quoted": "x='a b'; export F=\"$x\"; cargo"})  # fmt: skip
    assert seen["quoted"] == same("a b")
    cut = {shell for shell, value in seen["bare"].items() if value == "new"}
    assert cut <= {"dash"}
    assert set(seen["bare"].values()) <= {"new", "new old=1"}


def test_losses_of_the_dockerfile() -> None:
    """A RUN apart, an ARG not declared, declared late or of another stage; ENV keeps exporting."""
    frame = probe_env(
        "ARG G=g\nFROM debian AS one\nARG L=l\nENV E=e\nRUN export R=r\nRUN cargo one\n"
        "FROM debian AS two\nRUN cargo two\nARG G\nRUN cargo three\nENV E=e\nRUN E=f; cargo four\n",
    )
    table = frame[frame["shell"] == "dash"].pivot(index="argv_text", columns="name", values="value")
    got = table.astype(object).where(table.notna(), None).to_dict("index")
    assert got == {
        "cargo one": {"G": None, "L": "l", "E": "e", "R": None},
        "cargo two": {"G": None, "L": None, "E": None, "R": None},
        "cargo three": {"G": "g", "L": None, "E": None, "R": None},
        "cargo four": {"G": "g", "L": None, "E": "f", "R": None},
    }
