# `sh -c` is a shell of its own.
FROM debian AS builder
ARG TARGETARCH
RUN sh -c 'export RUSTFLAGS="-C target-cpu=generic"' && \
    cargo build
