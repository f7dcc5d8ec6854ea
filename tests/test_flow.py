"""The environment flow on Dockerfiles: what arrives, what is lost and where, what is not decided."""

from __future__ import annotations

import re

import pytest

from diag import schema
from diag.flow import env_at
from diag.schema_frames import LOST_BY
from tests.flow_oracle import flow_rows
from tests.flow_rows import env_of, row_of
from tests.flow_snippets import SCOPING
from tests.incident_flags import BASE, GENERIC, NO_AVX512, RECIPE

PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("old-form", [BASE, BASE, BASE, BASE]),
        ("before", [NO_AVX512, GENERIC, GENERIC, ""]),
        ("after", [NO_AVX512, GENERIC, GENERIC, None]),
    ],
)
def test_the_forms_of_the_incident(form: str, expected: list[str | None]) -> None:
    """RUSTFLAGS at cargo build; without a branch the first RUN exits, and the row says so."""
    path = RECIPE / f"Dockerfile.multiarch.{form}"
    frame = env_at(path, command="cargo", name="RUSTFLAGS", platforms=PLATFORMS)
    builds = schema.check(frame, "env")[frame["argv_text"].str.startswith("cargo build")]
    assert list(builds["platform"]) == list(PLATFORMS)
    assert [value if isinstance(value, str) else None for value in builds["value"]] == expected
    assert "exits 1" in builds["condition"].iloc[-1]
    assert builds["condition"].iloc[:3].isna().all()
    targets = [re.search("--target (.*)", text) for text in builds["argv_text"]]
    assert [found[1] for found in targets if found] == [
        "x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "armv7-unknown-linux-gnueabihf", "''",
    ]  # fmt: skip


NO_MATCH = """\
FROM debian
{arg}
RUN {before}case "$TARGETARCH" in \\
      amd64) export RUSTFLAGS=1 ;; \\
    esac{after} && \\
    cargo build
"""


@pytest.mark.parametrize(
    ("after", "status"), [(' && export RUSTFLAGS="$RUSTFLAGS"', "empty"), ("", "unset")]
)
@pytest.mark.parametrize("arg", ["", "ARG TARGETARCH=", "ARG TARGETARCH=sparc"])
def test_no_branch_matches(arg: str, after: str, status: str) -> None:
    """TARGETARCH undeclared, empty, unlisted: empty where it is exported again, else unset."""
    row = row_of(NO_MATCH.format(arg=arg, before="", after=after), "RUSTFLAGS")
    assert (row["status"], row["lost_by"]) == (status, "no-branch-matched")
    assert row["lost_at"].endswith(":3")
    assert row["is_exported"] == (status == "empty")


# Each way of losing X (or RUSTFLAGS), the line that loses it, and what is left.
LOSSES = {
    "separate-run": ("FROM a\nRUN export X=1\nRUN cargo b", 2, "unset"),
    "subshell": ("FROM a\nRUN (export X=1); \\\n  cargo b", 2, "unset"),
    "pipeline": (
        "FROM a\nRUN case a in a) \\\n export X=1;; esac \\\n | tee log; cargo b",
        4,
        "unset",
    ),
    "command-substitution": ("FROM a\nRUN Y=$(export X=1; \\\n echo a); cargo b", 2, "unset"),
    "background": ("FROM a\nRUN export X=1 \\\n & wait; cargo b", 3, "unset"),
    "not-exported": ("FROM a\nRUN X=1 && \\\n cargo b", 2, "unset"),
    "env-cleared": ("FROM a\nENV X=1\nRUN env -i PATH=/bin cargo b", 3, "unset"),
    "overridden-by-prefix": ("FROM a\nENV X=1\nRUN X=old cargo b", 3, "set"),
    "overridden-later": ("FROM a\nRUN export X=1; \\\n export X=2; cargo b", 3, "set"),
    "quoted-not-expanded": ("FROM a\nENV B=1\nRUN export X='$B -g' && cargo b", 3, "set"),
    "cut-at-space": ("FROM a\nRUN export X=-C target && cargo b", 2, "set"),
    "prefix-of-other-command": ("FROM a\nRUN X=1 make && cargo b", 2, "unset"),
    "file-not-read": ("FROM a\nRUN echo 'export X=1' >> /etc/profile\nRUN cargo b", 2, "unset"),
    "no-branch-matched": ("FROM a\nRUN case b in a) X=1;; esac; cargo b", 2, "unset"),
    "arg-before-from": ("ARG X=1\nFROM a\nRUN echo $X; cargo b", 2, "unset"),
    "arg-declared-late": ("FROM a\nRUN echo $X; cargo b\nARG X=1", 3, "unset"),
}


@pytest.mark.parametrize("lost_by", LOSSES)
def test_losses(lost_by: str) -> None:
    """Each way of losing a value is named, with its line."""
    text, line, status = LOSSES[lost_by]
    row = row_of(text)
    assert (row["lost_by"], row["status"]) == (lost_by, status)
    assert row["lost_at"].endswith(f":{line}")


@pytest.mark.parametrize("body", ["local X=1", "local X=1; export X"])
def test_a_local_ends_with_its_function(body: str) -> None:
    """What was wanted outside is lost: its lines are told, no word of the list names it."""
    row = row_of(f"FROM a\nRUN f() {{ {body}; }}; f; \\\n cargo b")
    assert (row["status"], row["lost_by"]) == ("unset", None)
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["2"]


def test_a_local_hides_an_exported_value() -> None:
    """Inside, the value that a command would have got is overridden; outside it is back."""
    text = "FROM a\nENV X=1\nRUN f() { local X=2; cargo in; }; f; cargo out"
    frame = env_of(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert frame["lost_by"].iloc[0] == "overridden-later"
    assert frame["lost_by"].isna().tolist() == [False, True]
    assert list(frame["value"].unique()) == ["2", "1"]


def test_copies_after_the_last_run_of_a_stage() -> None:
    """They are there in its children, and for COPY --from."""
    text = (
        "FROM a AS p\nCOPY <<E /v\nnew\nE\nFROM p\nRUN X=$(cat /v) cargo child\n"
        "FROM b\nCOPY --from=p /v /w\nRUN X=$(cat /w) cargo other"
    )
    frame = env_of(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert list(frame["value"]) == ["new", "new"]


def test_every_loss_of_a_shell_is_covered() -> None:
    """The list of losses and its closed vocabulary are in step."""
    # tests/test_scope_losses.py, tests/test_flow_second.py
    elsewhere = {"arg-not-declared", "arg-of-other-stage", "env-of-other-stage"}
    in_cargo = {"outranked-in-cargo", "withheld-from-build-scripts"}
    assert set(LOSSES) | elsewhere | in_cargo == set(LOST_BY)


def test_what_reaches_the_command_is_not_lost() -> None:
    """Of the snippets in which nothing is lost, no row tells of a loss."""
    for title in ("case keeps", "case keeps, re-export", "not exported, but in ENV"):
        rows = flow_rows(SCOPING[title], ("/bin/sh", "-c"))
        kept = [row for row in rows if row["status"] == "set"]
        assert kept
        assert all(row["lost_by"] is None for row in kept if row["name"] == "X"), title


def test_the_way_of_a_value() -> None:
    """`came_through` lists each line that made the value, oldest first, across files and RUNs."""
    text = (
        'FROM a\nARG V=1\nRUN echo "$V" > /f\nRUN A="$(cat /f)" && \\\n export X="-$A" && cargo b'
    )
    row = row_of(text)
    assert row["value"] == "-1"
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["2", "3", "4", "5"]


def test_both_branches_are_kept() -> None:
    """Outside status: a way for each answer, with its condition."""
    frame = env_of(
        "FROM a\nRUN if grep -q x /f; then export X=1; else export X=2; fi; cargo b",
        command="cargo", name="X", platforms=["linux/amd64"],
    )  # fmt: skip
    assert list(frame["value"]) == ["1", "2"]
    assert list(frame["path_no"]) == [1, 2]
    assert list(frame["condition"]) == [
        "`grep -q x /f` (line 2) succeeds", "`grep -q x /f` (line 2) fails",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "script",
    [
        "export X=$(outside); cargo b", "export X=a$(cat /file)b; cargo b", "read X < /f; export X; cargo b",
        ". /env.sh; cargo b", 'eval "$(outside)"; cargo b', "export X=$RANDOM; cargo b",
        "export X=$(date); cargo b", "outside > /f; . /f; cargo b", "export X=$(echo a | awk '{ x = $1 } END { print x }'); cargo b",
        "echo a > /f; outside /f; export X=$(cat /f); cargo b", "export X=$PATH; cargo b",
        "for X in $(outside); do export X; cargo b; done", "export $(cat /x | xargs); cargo b",
        "export X=$(seq 1 99999999 | wc -c); cargo b", "export X=$(ls); cargo b",
    ],
)  # fmt: skip
def test_outside_is_unknown(script: str) -> None:
    """What hangs on outside output is unknown and says on what."""
    row = row_of(f"FROM a\nRUN {script}")
    assert row["status"] == "unknown"
    assert row["value"] is None
    assert row["condition"]


@pytest.mark.parametrize(
    ("script", "value"),
    [
        ('X=$(outside); [ -n "-C $X" ] && export X=1 || export X=2; cargo b', "1"),
        ('O=$(outside); case "-C $O" in -C*) export X=1;; *) export X=2;; esac; cargo b', "1"),
        ('O=$(outside); case "a$O" in b*) export X=1;; *) export X=2;; esac; cargo b', "2"),
        ('O=$(outside); [ "$O" = "$O" ] && export X=1; cargo b', "1"),
        ("O=$(outside); P=v$O; export X=${P%%$O}; cargo b", "v"),
        ("outside; export X=1; cargo b", "1"),
        ("outside || true; export X=1; cargo b", "1"),
        ("while outside; do other; done; export X=1; cargo b", "1"),
        ("for f in $(outside); do make $f; done; export X=1; cargo b", "1"),
        ("if outside; then Y=1; else Y=2; fi; unset Y; export X=1; cargo b", "1"),
        ("set -e; outside && export X=2; export X=1; cargo b", "1"),
        ("export X=$(outside >/dev/null; echo 1); cargo b", "1"),
        ("cd /nowhere && export X=1 && cargo b", "1"),
        (". $HOME/.cargo/env; export X=1; cargo b", "1"),
    ],
)
def test_what_the_text_decides_is_known(script: str, value: str) -> None:
    """Outside commands beside it, or an unknown part of a text, leave decided what is decided."""
    frame = env_of(f"FROM a\nRUN {script}", command="cargo", name="X", platforms=["linux/amd64"])
    assert set(frame["status"]) == {"set"}
    assert set(frame["value"]) == {value}


def test_an_answer_holds_for_the_whole_way() -> None:
    """A question asked twice is answered alike: two ways, not four."""
    script = "if [ -f /f ]; then export X=1; fi; if [ -f /f ]; then export Y=1; fi; cargo b"
    frame = env_of(f"FROM a\nRUN {script}", command="cargo", platforms=["linux/amd64"])
    assert frame["path_no"].max() == 2
    frame = frame[frame["source"] == "shell"]
    by_path = frame.groupby("path_no")["status"].agg(set)
    assert list(by_path) == [{"set"}, {"unset"}]


def test_many_branches_stay_few_ways() -> None:
    """Forty undecided commands in a row do not make 2**40 ways; no value is lost by it."""
    script = "; ".join(f"c{n} || d{n}" for n in range(40))
    assert row_of(f"FROM a\nRUN {script}; export X=1; cargo b")["value"] == "1"


def test_more_ways_than_are_kept_become_unknown() -> None:
    """Past the limit the value is unknown, and says why; it is never one of the many."""
    arms = " ".join(f"p{n}) X={n};;" for n in range(60))
    row = row_of(f"FROM a\nRUN case $(outside) in {arms} esac; export X; cargo b")
    assert row["status"] == "unknown"
    assert "ways" in row["condition"]
