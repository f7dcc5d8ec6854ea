# `linux/amd64` is a TARGETPLATFORM, never a TARGETARCH.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in linux/amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    cargo build
