"""diag collect: what is packed gives the same verdict, holds no secret, and stays within bounds."""

from __future__ import annotations

import base64
import os
import shutil
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.case import Case, open_case
from diag.collect import collect
from diag.errors import InputError
from diag.show.redact import MASK, Redactor, redactor_for
from diag.show.redact_text import mask_bytes
from tests.at_prompt import AtPrompt
from tests.elf_builder import build_elf

ROOT = Path(__file__).resolve().parent.parent
LAB = ROOT / "data" / "lab" / "links" / "header-without-extern-c"
TOKEN = "ghp_" + "a1B2" * 9
SECRET = "correct-horse-battery"  # known by its name only
LOG = f"""#5 [1/2] RUN ./build.sh
#5 0.1 NPM_TOKEN={SECRET} make
#5 0.2 fetching https://user:{SECRET}@host.invalid/x with {TOKEN}
#5 0.3 ld: a.o: in function `main':
#5 0.3 a.c:(.text+0x1): undefined reference to `paint'
#5 0.4 -----BEGIN RSA PRIVATE KEY-----
#5 0.4 MIIEpAIBAAKCAQEAzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz
#5 0.4 -----END RSA PRIVATE KEY-----
"""
DOCKERFILE = f"FROM scratch\nENV NPM_TOKEN={SECRET}\nRUN ./build.sh\n"


def judged(case: Case) -> list[tuple[object, ...]]:
    """What a verdict says, without the places where it is seen."""
    verdict = case.diagnose()
    told = [(f.cause, f.status, f.role, f.platform, f.symbol, f.fix) for f in verdict.findings]
    return [verdict.outcome, verdict.cause, *told]  # type: ignore[list-item]


def packed(case: Case, out: Path, **options: int) -> Case:
    """The case that was collected, opened again."""
    collect(case, out, mask=redactor_for(case), **options)
    return open_case(out)


@pytest.fixture
def build(tmp_path: Path) -> Path:
    """A folder with log, Dockerfile and objects among other files."""
    folder = tmp_path / "build"
    shutil.copytree(LAB / "amd64", folder / "target")
    (folder / "target" / "notes.txt").write_text("not for others")
    (folder / "target" / "empty.o").write_bytes(b"")
    script = folder / "target" / "build" / "paint-0123456789abcdef"
    script.mkdir(parents=True)
    (script / "output").write_text(f"cargo:warning=API_KEY={SECRET}\ncargo:rustc-cfg=fast\n")
    os.mkfifo(folder / "target" / "pipe.o")
    (folder / "build.log").write_text(LOG)
    (folder / "Dockerfile").write_text(DOCKERFILE)
    return folder


def case_of(build: Path) -> Case:
    """The case of that folder."""
    objects = {"linux/amd64": [build / "target"]}
    return Case(log=build / "build.log", dockerfile=build / "Dockerfile", objects=objects)


def test_a_collected_case_gives_the_same_verdict(tmp_path: Path) -> None:
    """Log, objects and case.toml together say what the originals say."""
    case = open_case(LAB / "amd64-lld")
    assert judged(packed(case, tmp_path / "case")) == judged(case)


def test_what_was_told_on_the_command_line_is_in_the_case(build: Path, tmp_path: Path) -> None:
    """Platforms, build arguments, the base image's variables, claims, facts: all come back."""
    case = Case(
        log={"linux/arm64": [build / "build.log", build / "build.log"]},
        dockerfile=build / "Dockerfile",
        platforms=["linux/arm/v7"],
        build_args={"N": 'a "b"\\ \x7f\u2028'},
        base_env={"PATH": "/bin"},
        claims=["flags-can-matter"],
        title="it's [broken]",
    )
    again = packed(case, tmp_path / "case")
    for name in ("platforms", "build_args", "base_env", "claims", "title", "engine"):
        assert getattr(again, name) == getattr(case, name), name
    assert [log.platform for log in again.inputs.logs] == ["linux/arm64", "linux/arm64"]


def test_objects_without_a_platform_stay_without_one(build: Path, tmp_path: Path) -> None:
    """Their machine tells it, before and after."""
    case = Case(objects=[build / "target"])
    again = packed(case, tmp_path / "case")
    assert set(again.inputs.objects) == {""}
    assert set(again.platform_of_file.values()) == set(case.platform_of_file.values())


def test_only_objects_and_script_outputs_are_taken_from_a_folder(
    build: Path, tmp_path: Path
) -> None:
    """No notes, no empty file, no pipe (which would never end); a script's package is kept."""
    again = packed(case_of(build), tmp_path / "case")
    files = {p.name for p in (tmp_path / "case").rglob("*") if p.is_file()}
    assert files == {"build.log", "Dockerfile", "case.toml", "main.o", "ring.o", "output"}
    assert set(again.build_script["package"]) == {"paint"}


def test_no_secret_is_packed(build: Path, tmp_path: Path) -> None:
    """By name, by shape, in an address, in a key, in a build script's output: nowhere a trace."""
    collect(case_of(build), tmp_path / "case", mask=redactor_for(case_of(build)))
    for path in (tmp_path / "case").rglob("*"):
        text = path.read_bytes() if path.is_file() else b""
        for secret in (SECRET, TOKEN, "MIIEpAIBAAKCAQEA"):
            assert secret.encode() not in text, path
    assert MASK in (tmp_path / "case" / "build.log").read_text()


@given(st.lists(st.one_of(st.text(max_size=60), st.just(LOG), st.binary(max_size=40)), max_size=8))
def test_masking_keeps_every_line_in_its_place(parts: list[str | bytes]) -> None:
    """Whatever the bytes: as many lines as before, those without a secret to the byte."""
    data = b"\n".join(p if isinstance(p, bytes) else p.encode("utf-8", "replace") for p in parts)
    masked, n_changed = mask_bytes(data, Redactor(frozenset([SECRET])))
    before, after = data.split(b"\n"), masked.split(b"\n")
    assert len(before) == len(after)
    assert sum(one != two for one, two in zip(before, after, strict=True)) == n_changed
    assert SECRET.encode() not in masked


def test_output_in_base64_is_masked_as_base64() -> None:
    """BuildKit's rawjson holds what steps print in base64: it is read, masked, written again."""
    inner = base64.b64encode(f"NPM_TOKEN={SECRET}\nmake\n".encode()).decode()
    line = f'{{"logs":[{{"vertex":"sha256:1","stream":2,"data":"{inner}"}}]}}'
    masked, _ = mask_bytes(line.encode(), Redactor())
    found = base64.b64decode(masked.split(b'"data":"')[1].split(b'"')[0])
    assert found == f"NPM_TOKEN={MASK}\nmake\n".encode()


def test_a_bound_keeps_what_the_linker_named(build: Path, tmp_path: Path) -> None:
    """Over the bound, objects that the log names come first; the others are told as left out."""
    (build / "target" / "a.o").write_bytes(
        build_elf([(b"paint", 0x12, 0, 0, 0, 0)], code=b"\0" * 900)
    )
    found = collect(case_of(build), tmp_path / "case", mask=Redactor(), max_bytes=1500)
    objects = [Path(given).name for what, given, *_ in found.packed if what == "object"]
    assert objects[0] == "a.o"
    assert sum(row[3] for row in found.packed if row[0] == "object") <= 1500
    assert [row for row in found.left_out if "left out" in row["reason"]]


def test_two_files_of_one_name_keep_it(build: Path, tmp_path: Path) -> None:
    """A link names files by name: a number goes into the folder, never into the name."""
    other = build / "other"
    other.mkdir()
    shutil.copy(build / "target" / "ring.o", other)
    case = Case(objects={"linux/amd64": [build / "target" / "ring.o", other / "ring.o"]})
    again = packed(case, tmp_path / "case")
    assert [Path(file).name for file in again.objects["file"]] == ["ring.o", "ring.o"]


def test_a_tar_holds_the_same_case_and_no_user(build: Path, tmp_path: Path) -> None:
    """.tar.gz: one folder inside, nothing left beside it, no name of who made it."""
    path = tmp_path / "out" / "case.tar.gz"
    collect(case_of(build), path, mask=redactor_for(case_of(build)))
    assert [p.name for p in path.parent.iterdir()] == ["case.tar.gz"]
    with tarfile.open(path) as tar:
        assert {(m.uid, m.gid, m.uname, m.gname) for m in tar} == {(0, 0, "", "")}
        tar.extractall(tmp_path, filter="data")
    assert judged(open_case(tmp_path / "case")) == judged(case_of(build))


def test_nothing_is_written_over(build: Path, tmp_path: Path) -> None:
    """A folder that holds something, or a file: refused, and nothing changed."""
    (tmp_path / "case").mkdir()
    (tmp_path / "case" / "mine").write_text("mine")
    for out in (tmp_path / "case", build / "build.log", build / "build.log" / "x"):
        with pytest.raises(InputError):
            collect(case_of(build), out, mask=Redactor())
    assert (build / "build.log").read_text() == LOG


def test_nothing_usable_is_no_case(tmp_path: Path) -> None:
    """A log that is not there makes no case that says so later."""
    with pytest.raises(InputError, match=r"gone\.log: no such log"):
        collect(Case(log=tmp_path / "gone.log"), tmp_path / "case", mask=Redactor())


def test_the_command_packs_and_says_what_it_did(build: Path, tmp_path: Path, monkeypatch, at_prompt: AtPrompt) -> None:  # fmt: skip
    """Exit status 0; the text given as an object is told; the result can be judged."""
    monkeypatch.chdir(tmp_path)
    given = ["collect", str(build / "build.log"), "--dockerfile", str(build / "Dockerfile")]
    given += [
        "--objects",
        f"linux/amd64={build / 'target'}",
        "--objects",
        str(build / "Dockerfile"),
    ]
    told = at_prompt(*given)
    assert told.status == 0
    assert "objects: 3 files" in told.out
    assert "lines masked" in told.out
    assert "is text, no object" in told.err
    assert SECRET not in told.told
    assert at_prompt("investigate", "case").status == 1
