# No branch of `case` matches the platform.
# Built for linux/riscv64.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    cargo build
