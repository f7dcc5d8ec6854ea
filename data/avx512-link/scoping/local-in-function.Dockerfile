# `local` ends with its function.
FROM debian AS builder
ARG TARGETARCH
RUN flags() { local RUSTFLAGS="-C target-cpu=generic"; }; \
    flags && \
    export RUSTFLAGS && \
    cargo build
