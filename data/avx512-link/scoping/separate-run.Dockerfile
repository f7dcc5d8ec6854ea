# Each RUN has a shell of its own.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac
RUN cargo build
