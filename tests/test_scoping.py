"""Scoping: the flow beside what four shells were recorded to say, and the recording beside them anew."""

from __future__ import annotations

import json
import re
from pathlib import Path

import nbformat
import pandas as pd
import pytest

import diag
from diag import schema
from diag.errors import InputError
from diag.probe import SHELLS, shell_versions
from diag.read.probed import read_probe
from diag.scoping import VALUES, losses, scoping
from diag.scoping.variants import form_of, variants_of
from tests.incident_flags import BASE, GENERIC, NO_AVX512
from tests.tools import need

DATA = Path("data/avx512-link")
FORMS = [DATA / form / "Dockerfile.multiarch" for form in ("old-form", "before", "after")]
FOLDER = DATA / "scoping"
ENGINES_DIFFER = sorted(FOLDER.glob("engine-*.Dockerfile"))
PROBE = DATA / "probe"
FLAGS = "-C target-cpu=generic"


@pytest.fixture(scope="module")
def builds() -> pd.DataFrame:
    """The three forms at `cargo build`."""
    return scoping(FORMS, command="cargo build", probe=PROBE / "forms.json")


@pytest.fixture(scope="module")
def lost() -> pd.DataFrame:
    """Every small Dockerfile, under the rules of BuildKit."""
    return schema.check(losses(FOLDER, PROBE / "losses.json"), "losses").set_index("id")


def test_flow_says_what_every_shell_said(builds: pd.DataFrame) -> None:
    """Each form x each TARGETARCH x four shells: all cells are there, and all agree."""
    schema.check(builds, "scoping")
    assert len(builds) == len(FORMS) * len(VALUES) * len(SHELLS)
    assert builds["agrees"].all()
    assert (builds["flow"] == builds["probe"]).all()


def test_case_loses_nothing_where_a_branch_matches(builds: pd.DataFrame) -> None:
    """The claim of the incident: the value of a branch does not survive `esac`. It does."""
    told = builds.set_index(["form", "targetarch"])["flow"]
    for form in ("before", "after"):
        assert set(told[form, "amd64"]) == {NO_AVX512}
        assert set(told[form, "arm64"]) | set(told[form, "arm"]) == {GENERIC}
    assert set(told["old-form"]) == {BASE}


def test_forms_differ_where_no_branch_matches(builds: pd.DataFrame) -> None:
    """With the re-export RUSTFLAGS ends empty, without it unset: the re-export is no no-op."""
    odd = builds[builds["targetarch"].isin(["empty", "unset", "riscv64"])]
    told = odd.groupby("form")["flow"].unique().map(list)
    assert told.to_dict() == {"before": ["empty"], "after": ["unset"], "old-form": [BASE]}
    assert set(odd[odd["form"] != "old-form"]["lost_by"].astype(str)) == {"no-branch-matched"}


def test_every_small_dockerfile_does_in_every_shell_what_the_flow_says(lost: pd.DataFrame) -> None:
    """No row without a recording, and none that differs."""
    assert len(lost) == len(list(FOLDER.glob("*.Dockerfile")))
    assert lost["agrees"].all()
    assert not (lost[["dash", "bash", "bash_posix", "busybox_ash"]] == "not probed").any(axis=None)


def test_what_loses_and_what_keeps(lost: pd.DataFrame) -> None:
    """The names of the Dockerfiles are the claim: `kept-*` keep the value, the others do not."""
    kept = lost[lost.index.str.startswith("kept-")]
    assert not kept["is_lost"].any()
    assert kept["flow"].str.contains(FLAGS, regex=False).all()
    losing = lost[~lost.index.str.startswith(("kept-", "engine-"))]
    assert losing["is_lost"].all()
    assert (losing["flow"] != FLAGS).all()
    # No word of the vocabulary names `local`.
    assert losing.index[losing["lost_by"].isna()].tolist() == ["local-in-function"]


def test_one_row_alone_differs_between_the_shells(lost: pd.DataFrame) -> None:
    """An assignment before `:`: bash --posix exports it; the flow keeps both ways."""
    differing = lost[~lost["shells_agree"]]
    assert differing.index.tolist() == ["prefix-of-colon"]
    row = differing.iloc[0]
    assert [row["dash"], row["bash"], row["bash_posix"], row["busybox_ash"]] == [
        "unset", "unset", FLAGS, "unset",
    ]  # fmt: skip
    assert " | " in row["flow"]


def test_engines_differ_in_arg_and_env() -> None:
    """A default on ARG TARGETARCH, and ENV against ARG, as docker 28.5 and buildah 1.28 had it."""
    told = {
        engine: losses(ENGINES_DIFFER, PROBE / f"{name}.json", engine=engine)
        for engine, name in (("buildkit", "losses"), ("buildah", "losses-buildah"))
    }
    assert all(frame["agrees"].all() for frame in told.values())
    assert {engine: frame["flow"].tolist() for engine, frame in told.items()} == {
        "buildkit": ["-C target-cpu=x86-64", "-g"],
        "buildah": ["-C target-cpu=neoverse-n1", "-C target-cpu=generic"],
    }


def test_what_each_shows_is_said_in_its_first_line(lost: pd.DataFrame) -> None:
    """A sentence of its own, and the place cited holds a call of cargo."""
    assert lost["what"].is_unique
    assert lost["what"].str.endswith(".").all()
    for where in lost["where"]:
        file, _, line = where.rpartition(":")
        assert "cargo build" in Path(file).read_text().splitlines()[int(line) - 1]


def test_a_case_reads_its_recorded_probe() -> None:
    """The failing case names it: no value differs from the flow, and the verdict cites the shells."""
    case = diag.open_case(DATA / "before")
    assert case.probe_differences.empty
    assert set(case.probe["shell"]) == set(SHELLS)
    assert set(case.probe["file"]) == {case.inputs.dockerfile}
    claim = case.diagnose()["variables-lost-after-case"]
    assert any("run for real in bash" in item.text for item in claim.evidence)


# -- what a difference looks like -------------------------------------------------------------------


def changed(rows: pd.DataFrame, shell: str, **values: object) -> pd.DataFrame:
    """The recording with values of one shell's rows changed."""
    hit = rows["shell"] == shell
    told = schema.plain(rows).to_dict("records")
    return schema.make(
        "env",
        [{**row, **values} if h else row for row, h in zip(told, hit, strict=True)],
        extra=["shell", "targetarch"],
    )


def test_one_shell_that_says_otherwise_is_seen() -> None:
    """Only its own cell disagrees."""
    recorded = read_probe(PROBE / "losses.json")
    other = changed(recorded, "dash", status="set", value="-g")
    frame = losses(FOLDER / "subshell.Dockerfile", other)
    assert frame[["dash", "bash", "shells_agree", "agrees"]].values.tolist() == [
        ["-g", "unset", False, False]
    ]


def test_a_shell_or_a_build_without_a_recording_does_not_agree() -> None:
    """What was not asked is told, and never counted as agreement."""
    recorded = read_probe(PROBE / "losses.json")
    frame = losses(FOLDER / "subshell.Dockerfile", recorded[recorded["shell"] != "dash"])
    assert frame["dash"].tolist() == ["not probed"]
    assert frame["agrees"].tolist() == [False]
    other = recorded[~recorded["file"].str.contains("subshell")]
    frame = losses(FOLDER / "subshell.Dockerfile", other)
    assert set(frame[["dash", "bash", "bash_posix", "busybox_ash"]].iloc[0]) == {"not probed"}
    assert frame["agrees"].tolist() == [False]


def test_a_call_that_a_shell_does_not_make_is_seen() -> None:
    """The recording has no such call for one shell: not called, and no agreement."""
    recorded = read_probe(PROBE / "forms.json")
    builds = recorded["argv_text"].str.startswith("cargo build")
    frame = scoping(FORMS[1], targetarch=["amd64"], probe=recorded[~(builds & (recorded["shell"] == "bash"))])  # fmt: skip
    told = frame[frame["call"].str.startswith("cargo build")].set_index("shell")
    assert told.loc["bash", ["probe", "agrees"]].tolist() == ["not called", False]
    assert told.loc["dash", "agrees"]


# -- the builds that are asked ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FROM a\nARG TARGETARCH\nRUN b\n", "FROM a\n\nRUN b\n"),
        ("FROM a\nARG TARGETARCH=amd64\nRUN b", "FROM a\n\nRUN b\n"),
        ("FROM a\nARG X TARGETARCH Y=1\nRUN b\n", "FROM a\nARG X Y=1\nRUN b\n"),
        ("FROM a\narg \\\n  TARGETARCH\nRUN b\n", "FROM a\n\n\nRUN b\n"),
        ("FROM a\nARG TARGETARCHX\n", "FROM a\nARG TARGETARCHX\n"),
        ("FROM a\nRUN echo ARG TARGETARCH\n", "FROM a\nRUN echo ARG TARGETARCH\n"),
    ],
)
def test_unset_takes_the_declaration_out_and_keeps_the_lines(
    tmp_path: Path, text: str, expected: str
) -> None:
    """Only TARGETARCH goes, wherever it is declared; every other line stays where it was."""
    path = tmp_path / "Dockerfile"
    path.write_text(text)
    (variant,) = variants_of(path, ["unset"])
    assert variant.content.decode() == expected
    assert variant.build_args == {}


def test_values_are_build_arguments(tmp_path: Path) -> None:
    """`empty` is an argument without text; as the platform makes it, there is none."""
    path = tmp_path / "Dockerfile"
    path.write_text("# Built for linux/arm/v7.\nFROM a\nARG TARGETARCH\n")
    told = [dict(v.build_args) for v in variants_of(path, ["mips", "empty", ""])]
    assert told == [{"TARGETARCH": "mips"}, {"TARGETARCH": ""}, {}]
    assert {v.platform for v in variants_of(path)} == {"linux/arm/v7"}


@pytest.mark.parametrize(
    ("file", "name"),
    [("a/b/Dockerfile.multiarch", "b"), ("a/sub.Dockerfile", "sub"), ("Dockerfile", "Dockerfile")],
)
def test_a_form_is_called_after_what_sets_it_apart(file: str, name: str) -> None:
    """A name of its own, or that of its folder."""
    assert form_of(file) == name


def test_two_of_one_name_are_refused(tmp_path: Path) -> None:
    """Answers could not be told apart."""
    with pytest.raises(InputError, match="two Dockerfiles are called 'x'"):
        variants_of([tmp_path / "1" / "x" / "Dockerfile", tmp_path / "2" / "x" / "Dockerfile"])


def test_a_folder_without_dockerfiles_is_told(tmp_path: Path) -> None:
    """And one that does not exist."""
    with pytest.raises(InputError, match=r"no \*\.Dockerfile"):
        losses(tmp_path, PROBE / "losses.json")
    with pytest.raises(InputError, match="cannot read"):
        losses(tmp_path / "absent", PROBE / "losses.json")


# -- the recordings themselves ----------------------------------------------------------------------


def test_recordings_are_small_and_tell_whose_they_are() -> None:
    """Under 400 KB together; every shell has its version."""
    files = sorted(PROBE.glob("*.json"))
    assert sum(path.stat().st_size for path in files) < 400_000
    versions = json.loads((PROBE / "shells.json").read_text())
    assert list(versions) == list(SHELLS)
    assert all(re.search(r"\d+\.\d+", version) for version in versions.values())


AGAIN = """\
    pd.testing.assert_frame_equal(diag.probe_scoping(FILES, targetarch=VALUES), recorded[0])
    pd.testing.assert_frame_equal(diag.probe_scoping(SMALL), recorded[1])
    pd.testing.assert_frame_equal(diag.probe_scoping(ENGINES, engine="buildah"), recorded[2])
"""


def test_a_notebook_asks_all_shells_again() -> None:
    """Every call of cargo in the three forms, each TARGETARCH, and in each small Dockerfile, each
    shell, under both engines' rules: the second notebook runs them and compares with the recording,
    and tests/test_notebooks.py runs the notebook. That is a third of a minute: not here once more."""
    notebook = nbformat.read("notebooks/2-the-scoping-cause.ipynb", as_version=4)
    (cell,) = (cell for cell in notebook.cells if "diag.probe_scoping" in cell["source"])
    assert AGAIN in cell["source"]
    said = "".join(str(output) for output in cell["outputs"])
    assert "Run again on this machine, in all four shells: none of 284 answers differs." in said


@pytest.mark.sandbox
def test_shells_say_today_what_was_recorded_of_the_failing_case() -> None:
    """Everything that `diag probe` says of it."""
    need("bwrap", "dash", "bash", "busybox")
    fresh = diag.probe_env(FORMS[1], shells=SHELLS)
    fresh.attrs = {}
    pd.testing.assert_frame_equal(fresh, read_probe(PROBE / "before.json"))
    assert set(shell_versions()) == set(SHELLS)
