"""The environment flow: against real shells, and on Dockerfiles of the tests' own."""

from __future__ import annotations

import re
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pandas as pd
import pytest

from diag import schema
from diag.errors import InputError, UnknownPlatformError
from diag.flow import env_at
from diag.flow.children import Process
from diag.flow.processes import Processes
from diag.flow.state import State
from diag.schema_frames import LOST_BY
from tests.flow_oracle import (
    FLOW_SHELLS,
    SHELLS,
    Real,
    cell,
    flow_calls,
    flow_rows,
    names_in,
    prepare,
    run_real,
)
from tests.flow_random import NAMES, Scripts
from tests.flow_snippets import ALL, SCOPING
from tests.tools import need

GROUPS = sorted({title.partition(":")[0] for title in ALL})
TITLES = {"dash": "dash", "bash-posix": "bash", "busybox-ash": "busybox ash"}
# busybox takes `<` in `[[` for a redirection, so that a file of the image decides.
UNDECIDED = {("branches: double bracket quoted", "busybox-ash")}
FORMS = Path(__file__).parent.parent / "data/avx512-link/recipe"
PLATFORMS = ("linux/amd64", "linux/arm64", "linux/arm/v7", "linux/riscv64")
BASE = "-C link-arg=-Wl,--allow-multiple-definition"
GENERIC = f"{BASE} -C target-cpu=generic"
NO_AVX512 = f"{GENERIC} -C target-feature=-avx512f,-avx512cd,-avx512bw,-avx512dq,-avx512vl"


# --- against real shells ------------------------------------------------------------------------


@cache
def _real(group: str, shell: str) -> dict[str, Real]:
    """What a shell did with each snippet of a group."""
    scripts = {title: script for title, script in ALL.items() if title.startswith(group + ":")}
    return dict(zip(scripts, _run_all(list(scripts.values()), shell), strict=True))


def _run_all(scripts: list[str], shell: str) -> list[Real]:
    with TemporaryDirectory() as folder, ThreadPoolExecutor(4) as pool:
        places = [Path(folder, str(number)) for number in range(len(scripts))]
        for place in places:
            prepare(place)
        return list(pool.map(run_real, scripts, [SHELLS[shell]] * len(scripts), places))


def _differences(
    script: str, rows: list[dict[str, Any]], real: Real, names: Iterable[str] = ()
) -> list[str]:
    """Where rows and reality part: another number of calls, another value, a value not known."""
    calls = flow_calls(rows)
    found = []
    if len(calls) != len(real.calls):
        found.append(f"{len(calls)} calls, really {len(real.calls)}")
    for number, environment in zip(sorted(calls), real.calls, strict=False):
        for name in names or names_in(script):
            told = {path[name] for path in calls[number].values()}
            if told != {cell(environment, name)}:
                found.append(f"call {number}, {name}: {told}, really {cell(environment, name)}")
    return found


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize("group", GROUPS)
def test_flow_equals_a_real_shell(group: str, shell: str) -> None:
    """Every variable at every call is what the real shell hands over; nothing is left unknown."""
    need("dash", "bash", "busybox")
    for title, real in _real(group, shell).items():
        if (title, shell) in UNDECIDED:
            continue
        rows = flow_rows(ALL[title], FLOW_SHELLS[shell])
        rows = [row for row in rows if "before 0.5.11" not in (row["condition"] or "")]
        assert not _differences(ALL[title], rows, real), title


def _speaks_of(condition: str | None, title: str) -> bool:
    found = re.search(r"sh is ([a-z0-9. ]+?)(?:;|$)", condition or "")
    return not found or title in found[1].split(" or ")


@pytest.mark.parametrize("shell", TITLES)
@pytest.mark.parametrize("group", GROUPS)
def test_sh_may_be_any_of_its_shells(group: str, shell: str) -> None:
    """Under /bin/sh the ways whose condition names a shell, and no others, are that shell's."""
    need("dash", "bash", "busybox")
    for title, real in _real(group, shell).items():
        if (title, shell) in UNDECIDED:
            continue
        rows = flow_rows(ALL[title], ("/bin/sh", "-c"))
        rows = [row for row in rows if _speaks_of(row["condition"], TITLES[shell])]
        assert not _differences(ALL[title], rows, real), title


@pytest.mark.parametrize("shell", SHELLS)
def test_flow_equals_a_real_shell_on_random_scripts(
    shell: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Sixty random scripts, the same ones each time: equal at every call, for every variable.

    So that the text decides everything, the flow is told that `dump` succeeds.
    """
    need("dash", "bash", "busybox")

    def succeed(self: Processes, process: Process, state: State) -> None:
        state.status = 0 if process.argv[0] == "dump" else 127

    monkeypatch.setattr(Processes, "_without_model", succeed)
    source = Scripts(20260725)
    scripts = [source.script() for _ in range(60)]
    for script, real in zip(scripts, _run_all(scripts, shell), strict=True):
        rows = flow_rows(script, FLOW_SHELLS[shell], list(NAMES))
        rows = [row for row in rows if "before 0.5.11" not in (row["condition"] or "")]
        assert not _differences(script, rows, real, NAMES), script


def test_the_oracle_can_fail() -> None:
    """The comparison sees a wrong value and a missing call."""
    need("dash")
    with TemporaryDirectory() as folder:
        prepare(Path(folder))
        real = run_real("export X=1; dump", SHELLS["dash"], Path(folder))
    wrong = flow_rows("export X=2; dump", FLOW_SHELLS["dash"])
    assert len(_differences("export X=1; dump", wrong, real)) == 1
    assert _differences("export X=1; dump", [], real) == ["0 calls, really 1"]


# --- Dockerfiles --------------------------------------------------------------------------------


def _env(text: str, **options: Any) -> pd.DataFrame:
    return schema.check(env_at(text.encode(), **options), "env")


def _row(text: str, name: str = "X", command: str = "cargo", **options: Any) -> dict[str, Any]:
    """The last row of the variable at the command, missing values as None."""
    frame = _env(text, command=command, name=name, platforms=["linux/amd64"], **options)
    row = frame.iloc[-1].to_dict()
    return {key: None if isinstance(v, float) or v is pd.NA else v for key, v in row.items()}


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
    path = FORMS / f"Dockerfile.multiarch.{form}"
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
    row = _row(NO_MATCH.format(arg=arg, before="", after=after), "RUSTFLAGS")
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
    row = _row(text)
    assert (row["lost_by"], row["status"]) == (lost_by, status)
    assert row["lost_at"].endswith(f":{line}")


@pytest.mark.parametrize("body", ["local X=1", "local X=1; export X"])
def test_a_local_ends_with_its_function(body: str) -> None:
    """What was wanted outside is lost: its lines are told, no word of the list names it."""
    row = _row(f"FROM a\nRUN f() {{ {body}; }}; f; \\\n cargo b")
    assert (row["status"], row["lost_by"]) == ("unset", None)
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["2"]


def test_a_local_hides_an_exported_value() -> None:
    """Inside, the value that a command would have got is overridden; outside it is back."""
    text = "FROM a\nENV X=1\nRUN f() { local X=2; cargo in; }; f; cargo out"
    frame = _env(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert frame["lost_by"].iloc[0] == "overridden-later"
    assert frame["lost_by"].isna().tolist() == [False, True]
    assert list(frame["value"].unique()) == ["2", "1"]


def test_copies_after_the_last_run_of_a_stage() -> None:
    """They are there in its children, and for COPY --from."""
    text = (
        "FROM a AS p\nCOPY <<E /v\nnew\nE\nFROM p\nRUN X=$(cat /v) cargo child\n"
        "FROM b\nCOPY --from=p /v /w\nRUN X=$(cat /w) cargo other"
    )
    frame = _env(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert list(frame["value"]) == ["new", "new"]


def test_every_loss_of_a_shell_is_covered() -> None:
    """The list of losses and its closed vocabulary are in step."""
    elsewhere = {"arg-not-declared", "arg-of-other-stage"}  # tests/test_scopes.py
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
    row = _row(text)
    assert row["value"] == "-1"
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["2", "3", "4", "5"]


# --- what is not decided ------------------------------------------------------------------------


def test_both_branches_are_kept() -> None:
    """Outside status: a way for each answer, with its condition."""
    frame = _env(
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
    row = _row(f"FROM a\nRUN {script}")
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
    frame = _env(f"FROM a\nRUN {script}", command="cargo", name="X", platforms=["linux/amd64"])
    assert set(frame["status"]) == {"set"}
    assert set(frame["value"]) == {value}


def test_an_answer_holds_for_the_whole_way() -> None:
    """A question asked twice is answered alike: two ways, not four."""
    script = "if [ -f /f ]; then export X=1; fi; if [ -f /f ]; then export Y=1; fi; cargo b"
    frame = _env(f"FROM a\nRUN {script}", command="cargo", platforms=["linux/amd64"])
    assert frame["path_no"].max() == 2
    frame = frame[frame["source"] == "shell"]
    by_path = frame.groupby("path_no")["status"].agg(set)
    assert list(by_path) == [{"set"}, {"unset"}]


def test_many_branches_stay_few_ways() -> None:
    """Forty undecided commands in a row do not make 2**40 ways; no value is lost by it."""
    script = "; ".join(f"c{n} || d{n}" for n in range(40))
    assert _row(f"FROM a\nRUN {script}; export X=1; cargo b")["value"] == "1"


def test_more_ways_than_are_kept_become_unknown() -> None:
    """Past the limit the value is unknown, and says why; it is never one of the many."""
    arms = " ".join(f"p{n}) X={n};;" for n in range(60))
    row = _row(f"FROM a\nRUN case $(outside) in {arms} esac; export X; cargo b")
    assert row["status"] == "unknown"
    assert "ways" in row["condition"]


# --- files, stages, shells, forms ---------------------------------------------------------------


def test_files_reach_later_runs_and_stages() -> None:
    """A file written in one stage is read in a child stage and after COPY --from."""
    text = """\
FROM a AS one
RUN echo 1 > /flags
FROM one AS two
RUN export X=$(cat /flags) && cargo two
FROM b AS three
COPY --from=one /flags /etc/flags
COPY <<E /env.sh
export Y=here
E
RUN . /env.sh; export X=$(cat /etc/flags) && cargo three
RUN export X=$(cat /flags); cargo four
"""
    frame = _env(text, command="cargo", platforms=["linux/amd64"])
    told = frame.set_index(["argv_text", "name"])["value"]
    assert told["cargo two", "X"] == told["cargo three", "X"] == "1"
    assert told["cargo three", "Y"] == "here"
    last = frame[(frame["argv_text"] == "cargo four") & (frame["name"] == "X")]
    assert list(last["status"]) == ["unknown"]


def test_the_architecture_of_the_stage() -> None:
    """uname and dpkg answer for the platform that the stage runs on, not for the target."""
    text = (
        "FROM --platform=$BUILDPLATFORM a\nRUN export X=$(uname -m) && cargo b\n"
        "FROM a\nRUN export X=$(uname -m)-$(dpkg --print-architecture) && cargo b"
    )
    frame = _env(text, command="cargo", name="X", platforms=["linux/arm/v7"])
    assert list(frame["value"]) == ["x86_64", "armv7l-armhf"]


def test_shell_instruction_and_exec_form() -> None:
    """SHELL with pipefail and -e; the exec form starts a program without a shell."""
    text = """\
FROM a
ENV X=1
RUN ["cargo", "$X", "a b"]
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN X=2; false | true; cargo never
RUN [[ $X == 1 ]] && cargo yes
SHELL ["pwsh", "-Command"]
RUN Write-Host
"""
    frame = _env(text, platforms=["linux/amd64"], name="X")
    assert list(frame["argv_text"]) == ["cargo '$X' 'a b'", "cargo yes", "pwsh -Command Write-Host"]
    assert set(frame["value"]) == {"1"}


def test_a_command_by_its_base_name() -> None:
    """`--command` finds a command called by its path, through env, timeout and sh -c."""
    text = (
        "FROM a\nRUN /usr/local/cargo/bin/cargo 1; env X=1 cargo 2; timeout 9 cargo 3; "
        "sh -c 'cargo 4'; command cargo 5; exec cargo 6"
    )
    frame = _env(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert [text[-1] for text in frame["argv_text"]] == list("123456")
    assert list(frame["command_no"]) == [1, 2, 3, 4, 5, 6]


def test_lines_of_a_here_document() -> None:
    """RUN <<EOF: each command has the line that it stands on."""
    text = "FROM a\nRUN <<EOF\nexport X=1\n\ncargo b\nEOF\n"
    frame = _env(text, name="X", platforms=["linux/amd64"])
    assert list(frame["line_no"]) == [5]
    assert frame["came_through"].iloc[0][0].endswith(":3")


# --- bad and hostile input ----------------------------------------------------------------------

HOSTILE = {
    "while :; do :; done; cargo b": "line 2",
    "i=0; while true; do i=$((i+1)); export X=$i; done; cargo b": "line 2",
    "X=a; while :; do X=$X$X; export X; done; cargo b": "line 2",
    "f() { f; }; f; cargo b": "nested",
    'E=\'eval "$E"\'; eval "$E"; cargo b': "nested",
    "for X in $(seq 9999); do export X; done; cargo b": "line 2",
    "export X=" + "$(" * 1000 + ")" * 1000 + "; cargo b": "nested",
    "cargo b; if": ":2",
    "export X='; cargo b": "single quote",
}


@pytest.mark.parametrize("script", HOSTILE)
def test_hostile_scripts_end_and_say_so(script: str) -> None:
    """Bounded steps: what is not followed is told in the condition of the last row."""
    row = _row(f"FROM a\nRUN {script}")
    assert HOSTILE[script] in row["condition"]
    assert row["status"] in ("unknown", "unset")


ENDLESS = [
    "while true; do cargo b; done",
    ":(){ :|:& };:",
    "echo {1..99999}{1..99999} > /f; export X=$(cat /f)",
    "echo " + "a" * 3000 + " | sed 's/\\(a*\\)*b/x/' > /f; export X=$(cat /f)",
    "X=" + "a" * 50000 + "; export X=${X%%*b*c*d} Y=${X//a*a*/b}",
    "case " + "a" * 3000 + " in " + "*a" * 40 + "*b) export X=1;; esac",
    "[[ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa! =~ ^(a+)+$ ]] && export X=1",
    "export X=$((1/0))",
    "export X=$((2**99999999999)) Y=$((((((((1))))))))",
    "set -- $(seq 9999); export X=$#",
    "; ".join(f"if a{n}; then export X{n}=1; else export Y{n}=1; fi" for n in range(20)),
]


@pytest.mark.parametrize("number", range(len(ENDLESS)))
def test_hostile_scripts_come_to_an_end(number: int) -> None:
    """No script of the list takes long or raises, and what follows has its rows."""
    text = f'FROM a\nSHELL ["/bin/bash", "-c"]\nRUN {ENDLESS[number]}\nENV Z=1\nRUN cargo end'
    frame = _env(text, command="cargo", platforms=["linux/amd64"])
    assert "cargo end" in set(frame["argv_text"]) or ENDLESS[number].count(";") > 15


@pytest.mark.parametrize("platform", ["linux/amd46", "amd46", "windows/amd64", ""])
def test_unknown_platform(platform: str) -> None:
    """A platform that the table does not hold is refused, with near names."""
    with pytest.raises(UnknownPlatformError):
        env_at(b"FROM a\nRUN b", platforms=[platform])


def test_an_architecture_alone_is_that_of_linux() -> None:
    """As the engine reads `--platform amd64`."""
    named = env_at(b"FROM a\nARG TARGETPLATFORM\nRUN b", platforms=["amd64", "aarch64", "arm"])
    assert list(named["platform"].unique()) == ["linux/amd64", "linux/arm64", "linux/arm/v7"]


def test_bad_dockerfiles_are_refused() -> None:
    """An empty file and one that does not parse raise InputError."""
    for text in (b"", b"FROM a\nNOPE x"):
        with pytest.raises(InputError):
            env_at(text)


def test_sources_and_order(tmp_path: Path) -> None:
    """A path, an open file and bytes give the same rows; platforms come in the table's order."""
    path = tmp_path / "Dockerfile"
    path.write_text("FROM a\nENV X=1\nRUN make\n")
    with path.open("rb") as file:
        opened = env_at(file, platforms=["linux/arm64", "linux/amd64"])
    assert list(opened["platform"]) == ["linux/amd64", "linux/arm64"]
    given = env_at(path.read_bytes(), platforms="linux/amd64")
    named = env_at(path, platforms="linux/amd64")
    columns = ["platform", "run_no", "command_no", "name", "status", "value"]
    pd.testing.assert_frame_equal(given[columns], named[columns])
    assert list(named["file"]) == [str(path)]


def test_a_loop_over_unknown_input_is_two_ways() -> None:
    """What `read` gives is unknown once, with the question that decides, not once a turn."""
    text = "FROM x\nRUN while read a; do export V=$a; done < /etc/x; dump\n"
    rows = _env(text, command="dump", name="V", platforms=["linux/arm64"])
    assert rows["condition"].tolist() == [
        "`read a` (line 2) fails",
        "`read a` (line 2) succeeds; depends on a line of unknown input",
    ]
    assert rows["status"].tolist() == ["unset", "unknown"]


# --- what new users found -----------------------------------------------------------------------


def _only(text: str, name: str, platform: str = "linux/amd64") -> list[tuple[str, Any, Any]]:
    frame = _env(text, name=name, platforms=[platform]).astype(object)
    frame = frame.where(frame.notna(), None)
    return list(zip(frame["status"], frame["value"], frame["condition"], strict=True))


def test_login_shells_read_profiles() -> None:
    """What the Dockerfile puts behind the image's own profile counts; all else is unknown."""
    text = (
        'FROM a\nENV X=1\nSHELL ["/bin/bash", "-lc"]\n'
        "RUN echo 'export F=-O3' >> /etc/profile\nRUN make"
    )
    status, value, condition = _only(text, "F")[-1]
    assert (status, value) == ("set", "-O3")
    assert "no other profile file of the base image" in condition
    assert [status for status, *_ in _only(text, "X")][-1] == "unknown"
    assert _only("FROM a\nRUN bash -lc 'make'\nENV X=1", "X")[0][0] == "unknown"


def test_arrays_are_not_in_the_environment() -> None:
    """bash gives a child no array, exported or not."""
    assert (
        _only('FROM a\nSHELL ["/bin/bash", "-c"]\nRUN export A=(1 2); make', "A")[0][0] == "unset"
    )


def test_appending_in_an_export_is_bash_alone() -> None:
    """To dash and ash `X+` is a bad name: the shell ends there."""
    assert _only("FROM a\nRUN export X+=1; make", "X") == [("set", "1", "sh is bash")]


def test_a_word_behind_an_assignment_is_the_command_of_env() -> None:
    """`env A='-x -y' make` without quotes that count runs `-y'`, not make."""
    frame = _env("FROM a\nRUN env $(echo \"A='-x -y'\") make\nENV Z=1", platforms=["linux/amd64"])
    assert set(frame["command"]) == {"-y'"}


def test_a_secret_is_unknown() -> None:
    """A secret given as a variable outranks what the Dockerfile sets."""
    text = "FROM a\nENV F=-O2\nRUN --mount=type=secret,id=cf,env=F make"
    assert _only(text, "F") == [("unknown", None, "depends on the secret cf")]


def test_the_way_on_which_a_command_fails_is_told() -> None:
    """`||` is a branch: what runs behind it runs on one way only."""
    text = "FROM a\nENV Z=1\nRUN make a || make b"
    assert [condition for *_, condition in _only(text, "Z")] == [None, "`make a` (line 3) fails"]


def test_a_value_that_holds_the_old_one_lost_nothing() -> None:
    """The outer shell expands the old value into the script of the inner one."""
    text = 'FROM a\nENV F=-O2\nRUN <<E bash\nexport F="$F -g"\nmake\nE'
    frame = _env(text, name="F", platforms=["linux/amd64"])
    assert frame["value"].tolist() == ["-O2 -g"]
    assert frame["lost_by"].isna().all()


def test_a_key_of_a_configuration_is_no_variable() -> None:
    """TOML's list is not an assignment, and a file of another program is not one of a shell."""
    text = 'FROM a\nRUN printf "X=2\\\\nrustflags=[1]\\\\n" > /c.toml && make'
    frame = _env(text, platforms=["linux/amd64"])
    assert frame["name"].tolist() == ["X"]
    assert frame["lost_by"].isna().all()


def test_a_script_that_does_not_parse_still_names_its_variables() -> None:
    """The row says why it is not followed."""
    text = 'FROM a\nRUN export F="-x && \\\n  make\n'
    status, _, condition = _only(text, "F")[0]
    assert status == "unknown"
    assert "does not parse at Dockerfile:2" in condition or "does not parse" in condition


def test_a_file_that_copy_writes_has_its_line() -> None:
    """Flags of a configuration in a here-document of COPY came through that instruction."""
    text = (
        "FROM rust\nWORKDIR /s\nCOPY <<E .cargo/config.toml\n[build]\nrustflags = '-Cx'\nE\n"
        "RUN cargo build\nENV Z=1"
    )
    frame = _env(text, command="cargo", platforms=["linux/amd64"])
    row = frame[frame["name"] == "rustflags (effective)"].iloc[0]
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["3"]


def test_where_the_build_stops_is_told_beside_the_rows() -> None:
    """`set -u` ends the shell before any call."""
    frame = _env("FROM a\nRUN set -u; echo $NO; make", platforms=["linux/arm64"])
    assert frame.attrs["stops"] == {"linux/arm64": ["RUN at line 2 fails"]}
