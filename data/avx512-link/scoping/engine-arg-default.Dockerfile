# A default on `ARG TARGETARCH`: it wins in BuildKit, the platform wins in buildah 1.28.
# Built for linux/arm64.
FROM debian AS builder
ARG TARGETARCH=amd64
RUN case "$TARGETARCH" in \
        amd64) export RUSTFLAGS="-C target-cpu=x86-64" ;; \
        arm64) export RUSTFLAGS="-C target-cpu=neoverse-n1" ;; \
    esac && \
    cargo build
