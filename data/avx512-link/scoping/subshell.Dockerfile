# A subshell: what it exports ends with it.
FROM debian AS builder
ARG TARGETARCH
RUN ( case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac ) && \
    cargo build
