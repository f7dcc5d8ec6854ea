"""A tar of `diag collect` is opened as the folder would be, and nothing of it leads out."""

from __future__ import annotations

import io
import tarfile
import tempfile
from pathlib import Path

import pytest

from diag.errors import InputError
from diag.read import case_tar
from tests.at_prompt import AtPrompt

CASE = b'title = "t"\n[[platform]]\nname = "linux/amd64"\nlog = "build.log"\n'
LOG = b"gcc -o app main.o\n/usr/bin/ld: main.o: undefined reference to `f'\ncollect2: error: ld returned 1 exit status\n"


def packed(path: Path, members: dict[str, bytes], *links: tarfile.TarInfo) -> Path:
    with tarfile.open(path, "w:gz") as tar:
        for link in links:
            tar.addfile(link)
        for name, data in members.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


@pytest.fixture
def run(at_prompt: AtPrompt):
    """Exit status and output of a command."""

    def run(*words: object) -> tuple[int, str]:
        ended = at_prompt(*words)
        return ended.status, ended.told

    return run


def test_what_collect_packs_is_opened_and_leaves_nothing(tmp_path, monkeypatch, run):
    """The same verdict as of the log; the temporary folder is gone."""
    log = tmp_path / "build.log"
    log.write_bytes(LOG)
    made, temporary = tmp_path / "case.tar.gz", tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    assert run("collect", log, "-o", made)[0] == 0
    code, told = run("investigate", made)
    assert code == run("investigate", log)[0]
    assert "undefined symbol `f`" in told
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("options", [(), ("--no-redact",)])
@pytest.mark.parametrize("form", ["table", "json", "github", "sarif", "page", "compare"])
def test_what_stood_in_the_tar_is_cited_by_the_tar(tmp_path, run, form, options):
    """The folder that it was unpacked into is gone when the evidence is looked up."""
    log, made, page = tmp_path / "build.log", tmp_path / "case.tar.gz", tmp_path / "page.html"
    log.write_bytes(LOG)
    run("collect", log, "-o", made)
    asked = {
        "page": ("investigate", made, "--html", page),
        "compare": ("compare", made, made),
    }.get(form, ("investigate", made, "--format", form))
    told = run(*asked, *options)[1] + (page.read_text() if page.exists() else "")
    assert tempfile.gettempdir() + "/diag-case" not in told
    whole = "".join(told.replace("<wbr>", "").split())  # a long path is broken where the line ends
    assert form in ("github", "sarif") or "case.tar.gz!case/build.log" in whole


@pytest.mark.parametrize(
    ("text", "title"),
    [(LOG, "A failed build"), (b"gcc -c a.c\ngcc -o a a.o\n", "A build")],
)
def test_only_a_build_that_failed_is_titled_so(tmp_path, run, text, title):
    log = tmp_path / "build.log"
    log.write_bytes(text)
    code, told = run("collect", log, "-o", tmp_path / "case")
    assert code == 0, told
    assert f'title = "{title}"' in (tmp_path / "case/case.toml").read_text()


@pytest.mark.parametrize("name", ["../out.txt", "/tmp-out/x", "c/../../x"])
def test_a_name_that_leads_out_is_refused(tmp_path, name):
    path = packed(tmp_path / "x.tar.gz", {"c/case.toml": CASE, name: b"x"})
    with pytest.raises(InputError, match="leads out"):
        case_tar.unpack_case(path, tmp_path / "in")


def test_links_are_not_made(tmp_path):
    """So that no later member is written through one."""
    link = tarfile.TarInfo("c/logs")
    link.type, link.linkname = tarfile.SYMTYPE, str(tmp_path)
    path = packed(tmp_path / "x.tar.gz", {"c/logs/x": b"x", "c/case.toml": CASE}, link)
    folder = case_tar.unpack_case(path, tmp_path / "in")
    assert folder == tmp_path / "in" / "c"
    assert not (folder / "logs").is_symlink()
    assert not (tmp_path / "x").exists()


@pytest.mark.parametrize("named", ["/etc/hostname", "../../secret"])
def test_a_case_that_names_files_outside_is_refused(tmp_path, named, run):
    path = packed(tmp_path / "x.tgz", {"c/case.toml": CASE.replace(b"build.log", named.encode())})
    code, told = run("investigate", path)
    assert code == 2
    assert "which is not in it" in told


def test_what_is_too_large_says_how_to_unpack_it(tmp_path):
    path = packed(tmp_path / "x.tar.gz", {"c/case.toml": CASE, "c/build.log": b" " * 5000})
    with pytest.raises(InputError) as told:
        case_tar.unpack_case(path, tmp_path / "in", max_bytes=4000)
    assert "tar -xf" in told.value.help


def test_a_tar_without_a_case_is_what_it_was(tmp_path):
    path = packed(tmp_path / "x.tar.gz", {"a.txt": b"x"})
    assert case_tar.unpack_case(path, tmp_path / "in") is None
