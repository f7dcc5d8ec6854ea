"""The environment flow over files, stages, SHELL and exec forms, and what shells make of odd words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from diag.flow import env_at
from tests.flow_rows import env_of

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
    frame = env_of(text, command="cargo", platforms=["linux/amd64"])
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
    frame = env_of(text, command="cargo", name="X", platforms=["linux/arm/v7"])
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
    frame = env_of(text, platforms=["linux/amd64"], name="X")
    assert list(frame["argv_text"]) == ["cargo '$X' 'a b'", "cargo yes", "pwsh -Command Write-Host"]
    assert set(frame["value"]) == {"1"}


def test_a_command_by_its_base_name() -> None:
    """`--command` finds a command called by its path, through env, timeout and sh -c."""
    text = (
        "FROM a\nRUN /usr/local/cargo/bin/cargo 1; env X=1 cargo 2; timeout 9 cargo 3; "
        "sh -c 'cargo 4'; command cargo 5; exec cargo 6"
    )
    frame = env_of(text, command="cargo", name="X", platforms=["linux/amd64"])
    assert [text[-1] for text in frame["argv_text"]] == list("123456")
    assert list(frame["command_no"]) == [1, 2, 3, 4, 5, 6]


def test_lines_of_a_here_document() -> None:
    """RUN <<EOF: each command has the line that it stands on."""
    text = "FROM a\nRUN <<EOF\nexport X=1\n\ncargo b\nEOF\n"
    frame = env_of(text, name="X", platforms=["linux/amd64"])
    assert list(frame["line_no"]) == [5]
    assert frame["came_through"].iloc[0][0].endswith(":3")


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


# --- what new users found -----------------------------------------------------------------------


def _only(text: str, name: str, platform: str = "linux/amd64") -> list[tuple[str, Any, Any]]:
    frame = env_of(text, name=name, platforms=[platform]).astype(object)
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
    frame = env_of("FROM a\nRUN env $(echo \"A='-x -y'\") make\nENV Z=1", platforms=["linux/amd64"])
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
    frame = env_of(text, name="F", platforms=["linux/amd64"])
    assert frame["value"].tolist() == ["-O2 -g"]
    assert frame["lost_by"].isna().all()


def test_a_key_of_a_configuration_is_no_variable() -> None:
    """TOML's list is not an assignment, and a file of another program is not one of a shell."""
    text = 'FROM a\nRUN printf "X=2\\\\nrustflags=[1]\\\\n" > /c.toml && make'
    frame = env_of(text, platforms=["linux/amd64"])
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
    frame = env_of(text, command="cargo", platforms=["linux/amd64"])
    row = frame[frame["name"] == "rustflags (effective)"].iloc[0]
    assert [place.rpartition(":")[2] for place in row["came_through"]] == ["3"]


def test_where_the_build_stops_is_told_beside_the_rows() -> None:
    """`set -u` ends the shell before any call."""
    frame = env_of("FROM a\nRUN set -u; echo $NO; make", platforms=["linux/arm64"])
    assert frame.attrs["stops"] == {"linux/arm64": ["RUN at line 2 fails"]}
