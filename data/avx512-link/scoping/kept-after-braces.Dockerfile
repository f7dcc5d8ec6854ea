# Braces group commands without a subshell.
FROM debian AS builder
ARG TARGETARCH
RUN { case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac; } && \
    cargo build
