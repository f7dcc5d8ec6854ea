# `env -i` starts a command with an empty environment.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    env -i PATH="$PATH" cargo build
