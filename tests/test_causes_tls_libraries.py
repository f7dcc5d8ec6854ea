"""One TLS library that answers for another: whose a name is, whose the linked library is."""

from __future__ import annotations

from typing import Any

import pytest

from tests.link_world import judged, status, world

CAUSE = "tls-library-collision"
AWS = {"c/libcrypto.a(c.o)": {"defines": ["EVP_MD_size", "awslc_api_version_num"]}}
OPEN = {"c/libcrypto.a(c.o)": {"defines": ["EVP_MD_size", "OSSL_PROVIDER_load"]}}
PLAIN = {"c/libcrypto.a(c.o)": {"defines": ["EVP_MD_size"]}}


def of(name: str, files: dict[str, Any], command: str | None = "main.o c/libcrypto.a") -> str:
    """The cause's status where main.o wants the name."""
    return status(CAUSE, world({"main.o": {"wants": [name]}, **files}, command, [name]))


@pytest.mark.parametrize(
    ("name", "files", "expected"),
    [
        ("EVP_MD_fetch", AWS, "supported"),  # OpenSSL 3 alone has it
        ("CRYPTO_BUFFER_new", OPEN, "supported"),  # BoringSSL and AWS-LC have it
        ("CRYPTO_BUFFER_new", AWS, ""),  # the right library, of another version
        ("EVP_MD_fetch", PLAIN, "untestable"),  # whose it is cannot be seen
        ("TLS_method", AWS, "untestable"),  # for which of them main.o was written neither
        ("EVP_MD_fetch", {}, ""),  # no library of the family at all
        ("zone_find", AWS, ""),
    ],
)
def test_names_that_one_of_them_has_alone(name, files, expected):
    """Support needs both sides; one side leaves it open, and so holds the remainder back."""
    assert of(name, files) == expected


def test_a_library_that_is_not_on_the_line_answers_for_nothing():
    """It lies beside the others; then -lcrypto is missing."""
    assert of("EVP_MD_fetch", AWS, "main.o") == ""
    assert of("EVP_MD_fetch", AWS, None) == "untestable"


def test_a_libssl_tells_for_whom_it_was_written():
    """By its own names, or by the folder that the link command names."""
    name = "RSA_new"
    command = "main.o openssl/libssl.a aws-lc/libcrypto.a"
    for ssl, expected in ((["SSL_new", "ossl_x"], "supported"), (["SSL_new"], "supported")):
        files = {
            "openssl/libssl.a(s.o)": {"wants": [name], "defines": ssl},
            "aws-lc/libcrypto.a(c.o)": {"defines": ["EVP_MD_size"]},
        }
        assert status(CAUSE, world(files, command, [name])) == expected
    plain = {
        "b/libssl.a(s.o)": {"wants": [name], "defines": ["SSL_new"]},
        "c/libcrypto.a(c.o)": {"defines": ["EVP_MD_size"]},
    }
    facts = world(plain, "main.o b/libssl.a c/libcrypto.a", [name])
    assert status(CAUSE, facts) == "untestable"


def test_ordinary_words_of_a_program_are_no_library():
    """`EC_start` in objects of one's own: nothing of OpenSSL is in sight."""
    files = {"e.o": {"defines": ["EC_stop"]}, "main.o": {"wants": ["EC_start"]}}
    assert judged(CAUSE, world(files, "main.o e.o", ["EC_start"])) == []


@pytest.mark.parametrize(
    ("command", "expected"),
    [("m.o a/libssl.a b/libcrypto.a", "untestable"), ("m.o -lssl -lcrypto", "untestable"), ("m.o", "")],
)  # fmt: skip
def test_a_log_alone_lists_it_where_such_a_library_is_linked(command, expected):
    """Whose it is, objects tell."""
    assert status(CAUSE, world({}, command, ["EVP_MD_fetch"])) == expected
