# A function exports for its caller, unless it says `local`.
FROM debian AS builder
ARG TARGETARCH
RUN flags() { export RUSTFLAGS="-C target-cpu=generic"; }; \
    flags && \
    cargo build
