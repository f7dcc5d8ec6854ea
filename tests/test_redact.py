"""Secrets: masked by name and by shape, and nothing else lost."""

from __future__ import annotations

import json

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag import schema
from diag.show.redact import MASK, Redactor, is_secret_name, redactor_for
from tests import handmade as h

mask = Redactor().text


@pytest.mark.parametrize(
    "name",
    [
        "NPM_TOKEN",
        "GITHUB_TOKEN",
        "token",
        "npmToken",
        "registry-password",
        "DB_PASSWORD",
        "PASSWD",
        "API_KEY",
        "apiKey",
        "AWS_SECRET_ACCESS_KEY",
        "PRIVATE_KEY",
        "DEPLOY_KEY",
        "_authToken",
        "credentials",
        "GH_PAT",
    ],
)
def test_names_of_secrets_are_known(name: str) -> None:
    """What people call their secrets, in each spelling."""
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name",
    [
        "RUSTFLAGS",
        "PATH",
        "PWD",
        "OLDPWD",
        "SSH_AUTH_SOCK",
        "TARGETARCH",
        "CARGO_HOME",
        "monkey",
        "keyboard",
        "tokenizer",
        "PASSWORD_FILE",
        "secret_path",
        "bypass",
        "compass",
        "CACHE_KEY",
    ],
)
def test_names_of_other_things_are_left_alone(name: str) -> None:
    """Names that only look alike, and places where a secret is kept, are evidence."""
    assert not is_secret_name(name)


SECRETS = [
    ("NPM_TOKEN=abc123 npm ci", "abc123"),
    ('export API_KEY="two words"', "two words"),
    ("export API_KEY='a$b c'", "a$b c"),
    ("PASSWORD=pa$wo,rd next", "pa$wo,rd"),
    ("git clone https://user:hunter2@host/x", "hunter2"),
    ("https://x-oauth-abcdef0123456789@github.com/x", "abcdef0123456789"),
    ("fetching with ghp_" + "a1B2" * 9, "a1B2a1B2"),
    ("undefined reference to `sym_ghp_" + "a1B2" * 9, "a1B2a1B2"),
    ("prefixghp_" + "a1B2" * 9, "a1B2a1B2"),
    ("ID_AKIA" + "A1B2" * 4, "A1B2A1B2"),
    ("github_pat_" + "x1" * 20, "x1x1"),
    ("AKIAIOSFODNN7EXAMPLE is the id", "AKIAIOSFODNN7EXAMPLE"),
    ("Authorization: Bearer abcdefghijklmnop", "abcdefghijklmnop"),
    ("eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkw.sig", "eyJzdWIi"),
    ("curl --password hunter2 https://host", "hunter2"),
    ("cargo login --token cioabc", "cioabc"),
    ("//registry/:_authToken=abc", "abc"),
    ('{"password": "abc def"}', "abc def"),
    ("ARGS=--token=xyz", "xyz"),
    ('process "/bin/sh -c NPM_TOKEN=\\"a b\\" && x"', "a b"),
    ("machine h login me password pw1", "pw1"),
    ("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----", "MIIE"),
]


@pytest.mark.parametrize(("text", "secret"), SECRETS)
def test_secrets_in_text_are_masked(text: str, secret: str) -> None:
    """The secret is gone, and the reader sees that something was masked."""
    assert secret not in mask(text)
    assert MASK in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "RUSTFLAGS=-C link-arg=-Wl,--allow-multiple-definition -C target-feature=-avx512f",
        "TOKEN=$TOKEN npm ci",
        'export TOKEN="${TOKEN}"',
        "undefined reference to `tokenize'",
        "ssh://git@github.com/x",
        "RUN --mount=type=secret,id=npm cat /run/secrets/npm",
        "error: expected token `;`",
        "PWD=/src cargo build",
    ],
)
def test_evidence_is_left_as_it_is(text: str) -> None:
    """Flags, references to variables and linker messages are never masked."""
    assert mask(text) == text


@given(st.text(max_size=60))
def test_masking_twice_is_masking_once(text: str) -> None:
    """What is masked stays as it is."""
    once = mask(f"TOKEN={text}")
    assert mask(once) == once


def test_a_value_known_by_its_name_is_masked_everywhere() -> None:
    """A build argument's value is masked where the log prints it without its name."""
    known = redactor_for(h.case())
    assert known.text(f"logged in with {h.SECRET} now") == f"logged in with {MASK} now"


def test_short_values_are_masked_beside_their_name_only() -> None:
    """A password `a` must not mask every letter a."""
    known = Redactor(frozenset({"a"}))
    assert known.text("a cat and PASSWORD=a") == f"a cat and PASSWORD={MASK}"


def test_frames_are_masked_by_name_and_text() -> None:
    """A row whose `name` is a secret's loses its value; lists and other columns are masked too."""
    rows = [
        h.env_row("linux/amd64", "plain", name="NPM_TOKEN", argv_text="npm --token abc"),
        h.env_row("linux/amd64", "-g"),
        h.env_row("linux/arm64", None, name="NPM_TOKEN"),
    ]
    shown = Redactor().frame(schema.make("env", rows))
    assert shown["value"].tolist()[:2] == [MASK, "-g"]
    assert pd.isna(shown["value"].iloc[2])
    assert shown["argv_text"].iloc[0] == f"npm --token {MASK}"
    schema.check(shown, "env")


def test_verdicts_are_masked_through_and_through() -> None:
    """Claims, evidence, fixes and frames of a verdict; the same class comes back."""
    secret = "NPM_TOKEN=hunter22"
    finding = h.finding(claim=secret, fix=(secret,))
    told = h.verdict(findings=(finding,), title=secret)
    shown = Redactor().data(told)
    assert type(shown) is type(told)
    assert "hunter22" not in json.dumps(shown.to_json(), default=str) + shown.title


def test_no_redact_shows_all() -> None:
    """Switched off, nothing is touched."""
    off = redactor_for(h.case(), is_on=False)
    assert off.text("NPM_TOKEN=abc") == "NPM_TOKEN=abc"
    assert off.data({"token": "abc"}) == {"token": "abc"}
