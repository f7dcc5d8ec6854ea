"""What screens and pages show on narrow screens, on paper, and of logs that end too early."""

from __future__ import annotations

import re

from diag.show.deciding import shell_lines
from diag.show.report_parts import breakable, typed

LONG = (
    'docker buildx build --platform linux/amd64 --build-arg ATTEMPT="$(date +%s)" '
    "--output type=local,dest=out -f export.Dockerfile .  # see the page on evidence"
)


def test_a_command_on_the_page_is_broken_where_a_shell_reads_on() -> None:
    """Every word is whole on its line, and each line but the last says that it goes on."""
    told = re.sub(r"<[^>]*>", "", str(typed(LONG))).replace("&#34;", '"')
    lines = told.split("\n")
    assert lines == shell_lines(LONG, 84)
    assert all(line.endswith(" \\") for line in lines[1:-1])
    assert set(LONG.split()) - set(told.split()) == set()


def test_what_may_scroll_can_be_reached_by_keyboard() -> None:
    """A long command is a stop of the tab key, with a name; one that fits everywhere is none."""
    assert 'tabindex="0" role="group" aria-label="Command"' in typed(LONG)
    assert "tabindex" not in typed("make clean && make")
    assert "&lt;b&gt;" in typed("echo <b>")


def test_no_short_word_of_a_table_is_broken() -> None:
    """A place keeps the number of its line; a name that no column has room for breaks at a joint."""
    for word in ("build.log:1042", "linux/arm/v7", "kernel-object-not-built"):
        assert breakable(word) == word
    name = "sum_4bit_dist_table_32bytes_batch_avx512"
    pieces = str(breakable(name)).split("<wbr>")
    assert "".join(pieces) == name
    assert all(len(piece) <= 30 and piece.endswith("_") for piece in pieces[:-1])
    assert max(map(len, str(breakable("x" * 200)).split("<wbr>"))) == 30
