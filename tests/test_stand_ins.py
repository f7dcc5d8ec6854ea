"""A git-lfs pointer or a server's page in the place of an archive is named for what it is."""

from __future__ import annotations

import pytest

from diag import investigate

LOG = b"gcc -o app main.o -L. -lvend\n/usr/bin/ld:./libvend.a: file format not recognized; treating as linker script\ncollect2: error: ld returned 1 exit status\n"


@pytest.mark.parametrize(
    ("text", "what"),
    [("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "git-lfs pointer"), ("<html><body>404</body></html>\n", "HTML page")],
)  # fmt: skip
def test_text_in_the_place_of_an_archive(tmp_path, text, what):
    (tmp_path / "libvend.a").write_text(text)
    (tmp_path / "notes.txt").write_text(text)
    given = {"linux/amd64": str(tmp_path)}
    verdict = investigate(log=LOG, objects=given, platforms="linux/amd64").verdict
    found = [f for f in verdict.findings if f.cause == "object-truncated"]
    assert [(f.status, what in f.claim) for f in found] == [("untestable", True)]
