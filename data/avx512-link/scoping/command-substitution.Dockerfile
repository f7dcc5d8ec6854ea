# A command substitution is a subshell.
FROM debian AS builder
ARG TARGETARCH
RUN told="$(case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac)" && \
    cargo build
