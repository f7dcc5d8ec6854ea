"""dso-underlinked: a name that the linker prints demangled is sought by its raw name."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.link_world import status, world

WINDOW, RAW = "dsp::window(int, int)", "_ZN3dsp6windowEii"


@pytest.mark.parametrize(
    ("wants", "needed", "expected"),
    [
        ([RAW], ["libstdc++.so.6", "libc.so.6"], "supported"),  # known not to define it
        ([RAW], ["libdsp.so.1", "libc.so.6"], "untestable"),  # that one was not given
        ([RAW], ["libc.so.6"], "supported"),
        ([f"{RAW}@DSP_1"], ["libc.so.6"], ""),  # the version names the library
    ],
)
def test_a_cxx_name_of_a_shared_object(wants, needed, expected):
    """GNU ld, gold and lld all print the demangled name; the dynamic symbols have the raw one."""
    said = [{"symbol": WINDOW, "object": "./libflt.so", "detail_text": "undefined reference"}]
    files = {"main.o": {}, "libflt.so": {"wants": wants, "needed": needed}}
    facts = replace(world(files, "main.o ./libflt.so", said), raw_names={WINDOW: (RAW,)})
    assert status("dso-underlinked", facts) == expected


@pytest.mark.parametrize(
    ("raw", "text", "main", "expected"),
    [
        ("_Z4normIdET_S0_", "double norm<double>(double)", {}, "untestable"),
        ("_ZTV5Shape", "vtable for Shape", {}, "untestable"),
        ("_ZN5Shape5countE", "Shape::count", {}, "untestable"),
        (RAW, WINDOW, {"wants": [RAW]}, "untestable"),  # the program lacks it by itself
        (RAW, WINDOW, {}, "supported"),
    ],
)
def test_who_else_may_be_at_fault(raw, text, main, expected):
    """Names that a compiler makes of what it sees, and what the program wants too."""
    said = [{"symbol": text, "object": "libflt.so", "detail_text": "undefined reference"}]
    files = {"main.o": main, "libflt.so": {"wants": [raw], "needed": ["libc.so.6"]}}
    facts = replace(world(files, "main.o libflt.so", said), raw_names={text: (raw,)})
    assert status("dso-underlinked", facts) == expected


@pytest.mark.parametrize(
    ("needed", "expected"),
    [
        (["libdsp.so.1", "libc.so.6"], "untestable"),
        (["libc.so.6"], "supported"),
    ],
)
def test_a_needed_library_that_was_given_without_the_name_may_be_an_older_one(needed, expected):
    """libflt.so does name a library for it: the one on this link lacks it."""
    said = [{"symbol": WINDOW, "object": "./libflt.so", "detail_text": "undefined reference"}]
    files = {
        "main.o": {},
        "libflt.so": {"wants": [RAW], "needed": needed},
        "libdsp.so": {"defines": ["other"], "soname": "libdsp.so.1"},
    }
    facts = world(files, "main.o ./libflt.so libdsp.so", said)
    assert status("dso-underlinked", replace(facts, raw_names={WINDOW: (RAW,)})) == expected
