"""Files of a build with a secret in every field, and what of one is left in a text."""

from __future__ import annotations

# What is to be seen nowhere is spelled with this, whatever form it takes.
S = "hush"
SYMBOL = "blend_rows_avx512"


def secret(number: int, length: int = 0) -> str:
    """A secret of its own; of that length at least."""
    return f"{S}{number:02d}".ljust(length, "a")


# Each as it stands in a log, a script or a Dockerfile.
FORMS = (
    f"NPM_TOKEN={secret(1)}",
    f"--build-arg DB_PASSWORD={secret(2)}",
    f"https://deploy:{secret(3)}@git.example/x.git",
    f"Authorization: Bearer {secret(4, 20)}",
    f"--password {secret(5)}",
    f"docker login -u me -p {secret(6)} registry.example",
    f"curl -fsS -u me:{secret(7)} https://files.example/x",
    f"https://files.example/x?sv=1&sig={secret(8, 12)}",
    f"//registry.example/:_authToken={secret(9)}",
    f"ghp_{secret(10, 36)}",
    f"glpat-{secret(11, 24)}",
    f"hf_{secret(12, 34)}",
    f"PGPASSWORD={secret(13)}",
    f"API_KEY='{secret(14)} two words'",
    f"npmToken: {secret(15)}",
    f"machine git.example login me password {secret(16)}",
    f"https://hooks.slack.com/services/T0/B0/{secret(17)}",
    f"sk_live_{secret(18, 24)}",
    f"mysql -u root -p{secret(19)} shop",
    f"mariadb-dump --all-databases -p'{secret(20)}' -P 3306",
)
ALL = " ".join(FORMS)
BARE = f"{S}-printed-without-its-name"  # a build argument's value, known by that argument's name
BASE = f"{S}-of-the-base-image"
ENV = f"{S}-of-the-dockerfile"
LEGACY = f"{S}-set-without-equals-sign"

LOG = f"""\
#1 [internal] load build definition from Dockerfile
#1 DONE 0.0s

#5 [linux/amd64 builder 2/2] RUN {ALL} make all
#5 0.100 CFLAGS=-O2 {ALL}
#5 0.200 skipping blend.c: bad value {BARE} {BASE} {ENV} {LEGACY}
#5 0.300 cc -o paint paint.o -lm -DKEY={BARE} -DBASE={BASE} -DENV={ENV} {ALL}
#5 0.400 /usr/bin/ld: paint.o: in function `blend':
#5 0.400 paint.c:(.text+0x26): undefined reference to `{SYMBOL}' {ALL} {BARE}
#5 0.400 /usr/bin/ld: cannot find -l{BARE}: No such file or directory
#5 0.400 collect2: error: ld returned 1 exit status
#5 ERROR: process "/bin/sh -c {ALL} make all" did not complete successfully: exit code: 2
------
ERROR: failed to solve: process "/bin/sh -c {ALL} make all" did not complete successfully: exit code: 2
"""
DOCKERFILE = f"""\
FROM debian AS builder
ARG TARGETARCH
ARG DEPLOY_TOKEN
ENV SIGNING_KEY={ENV} RUSTFLAGS="-C link-arg={ENV}"
ENV REGISTRY_PASSWORD {LEGACY}
# {FORMS[0]}
RUN {FORMS[0]} {FORMS[1].split()[1]} cargo build --config {ENV} --token {BARE}
RUN case "$TARGETARCH" in amd64) export CFLAGS=-D{BARE} ;; esac && make CFLAGS="$CFLAGS" all
"""
CASE = f"""\
title = "A build with {FORMS[0]} and {FORMS[9]} and {BARE}"
dockerfile = "Dockerfile"
logs = ["build.log", "absent-{FORMS[9]}.log"]
claims = ["kernel-object-not-built", "static-link-order"]
objects = ["objects-{FORMS[10]}"]
[build_args]
DEPLOY_TOKEN = "{BARE}"
FLAGS = "{FORMS[0]}"
[base_env]
BASE_SECRET = "{BASE}"
RUSTFLAGS = "-C link-arg={BASE}"
"""


def leaks(text: str) -> list[str]:
    """What is seen around each secret that is left."""
    places = [i for i in range(len(text)) if text.startswith(S, i)]
    return [text[max(0, i - 30) : i + 12] for i in places]
