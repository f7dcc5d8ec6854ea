# `arm/v7` is never a TARGETARCH: that is `arm`, and TARGETVARIANT is `v7`.
# Built for linux/arm/v7.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in arm/v7) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    cargo build
