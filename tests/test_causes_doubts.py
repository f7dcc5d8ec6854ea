"""definition-not-found is held back as long as anything seen speaks for a more exact cause."""

from __future__ import annotations

import pytest

from diag.causes import CATALOGUE
from diag.causes.doubts import is_of_others
from tests.link_world import world

CC = "cc -O1 -c -o main.o main.c"
FILES = {"main.o": {"wants": ["cert_check"], "defines": ["main"]}}


def lines(*texts):
    """Log lines that a build says."""
    return [{"line_no": n, "kind": "other", "text": text} for n, text in enumerate(texts, 1)]


def told(files=FILES, command="-o app main.o", said=("cert_check",), texts=(CC,), **frames):
    """(status, what would decide) of definition-not-found."""
    facts = world(files, command, list(said), lines=lines(*texts), **frames)
    (finding,) = CATALOGUE["definition-not-found"].judge(facts)
    return finding.status, " ".join(f"{m.artefact}: {m.why}" for m in finding.missing)


def test_all_made_here_and_searched():
    """One object, compiled here, nothing that resembles: nothing says why."""
    assert told() == ("supported", "")


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("EVP_MD_fetch", {}),
        ("__stat64_time64", {}),
        ("__aarch64_ldadd4_relax", {}),
        ("__start_plugins", {}),
        ("_ZTV4Hall", {}),
        ("_ZN4Hall5seatsE", {}),
        ("hash_neon32", {}),
        ("blend_portable", {}),
        ("cert_check", {"u.o": {"defines": ["cert_check_"]}}),
        ("cert_check", {"u.o": {"defines": ["Cert_Check2"]}}),
        ("cert_check", {"u.o": {"defines": ["_ZN3app10cert_checkEi"]}}),
        ("cert_check", {"u.o": {"defines": ["_RNvCs3_5token10cert_check"]}}),
        ("cert_check", {"u.o": {"defines": ["cert_chek"]}}),
        ("cert_check", {"u.o": {"local": ["cert"]}}),
        ("cert_check", {"u.o": {}}),
        ("cert_check", {"u.o": {"defines": ["route"], "arch": "aarch64"}}),
        ("cert_check", {"libu.so": {"kind": "shared", "needed": ["libv.so.1"]}}),
    ],
)
def test_what_a_name_or_an_input_speaks_for(name, files):
    """Another library's name, one body of several, a name alike, an input that holds nothing."""
    files = {"main.o": {"wants": [name], "defines": ["main"]}, **files}
    words = f"-o app {' '.join(files)}"
    texts = [CC, *(f"cc -c -o {file} {file[:-2]}.c -shared" for file in files)]
    assert told(files, words, [name], texts)[0] == "untestable"


@pytest.mark.parametrize(
    ("texts", "word"),
    [
        ([], "how main.o came to be"),
        (["cc -DHAVE_CERT=0 -c -o main.o main.c"], "-DHAVE_CERT"),
        (["cc -DUSE_ARM_SIMD -c -o main.o main.c"], "USE_ARM_SIMD"),
        (["cc -mavx2 -c -o main.o main.c"], "-mavx2"),
        ([CC, "cc -O1 -c -o cert.o cert.c"], "cert.o"),
        ([CC, "ar rcs libcert.a cert.o"], "libcert.a"),
        ([CC, "checking for crypto... no"], "checking for crypto"),
        ([CC, "objcopy --localize-hidden main.o"], "objcopy"),
        (["rustc --emit obj -o main.o main.rs"], "rustc"),
    ],
)
def test_what_a_log_speaks_for(texts, word):
    """An input that is not made here, a condition, an object made and not linked, another tool."""
    status, missing = told(texts=texts)
    assert (status, word in missing) == ("untestable", True), missing


@pytest.mark.parametrize(
    "word", ["-Wl,--version-script=x.map", "-nostdlib", "util.c", "-Wl,--defsym=a=b", "$(LIBS)"]
)
def test_what_the_link_command_speaks_for(word):
    """What a switch brings or takes away, or a shell puts in its place, was not searched."""
    assert told(command=f"-o app main.o {word}")[0] == "untestable"


def test_a_wrapper_is_no_name_alike():
    """--wrap takes it for the wrapper of what is not there."""
    files = {"main.o": {"wants": ["read_clock"], "defines": ["main", "__wrap_read_clock"]}}
    command = "-o app main.o -Wl,--wrap=read_clock"
    assert told(files, command, ["read_clock"])[0] == "supported"
    assert told(files, "-o app main.o", ["read_clock"])[0] == "untestable"


def test_another_platform_of_the_build_links():
    """A condition decides who gets the definition."""
    platforms = ("linux/amd64", "linux/arm64")
    ends = [
        {"platform": "linux/amd64", "outcome": "failed"},
        {"platform": "linux/arm64", "outcome": "linked"},
    ]
    assert told(platforms=platforms, outcomes=ends)[0] == "untestable"


@pytest.mark.parametrize(
    "name", ["jpeg_start", "curl_easy_init", "_Unwind_Resume", "strlcpy", "main"]
)
def test_names_of_others(name):
    """No project defines them for itself."""
    assert is_of_others(name)


@pytest.mark.parametrize("name", ["queue_drain", "cert_check", "plot", "tele_crypt", "read_clock"])
def test_names_of_a_project(name):
    """Nothing is known of them."""
    assert not is_of_others(name)
