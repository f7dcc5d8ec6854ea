"""The environment flow on hostile and unusable Dockerfiles: bounded, told, never raised."""

from __future__ import annotations

import pytest

from diag.errors import InputError, UnknownPlatformError
from diag.flow import env_at
from tests.flow_rows import env_of, row_of

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
    row = row_of(f"FROM a\nRUN {script}")
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
    frame = env_of(text, command="cargo", platforms=["linux/amd64"])
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


def test_a_loop_over_unknown_input_is_two_ways() -> None:
    """What `read` gives is unknown once, with the question that decides, not once a turn."""
    text = "FROM x\nRUN while read a; do export V=$a; done < /etc/x; dump\n"
    rows = env_of(text, command="dump", name="V", platforms=["linux/arm64"])
    assert rows["condition"].tolist() == [
        "`read a` (line 2) fails",
        "`read a` (line 2) succeeds; depends on a line of unknown input",
    ]
    assert rows["status"].tolist() == ["unset", "unknown"]
