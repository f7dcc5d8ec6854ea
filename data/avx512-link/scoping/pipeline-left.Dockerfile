# The left side of a pipeline is a subshell.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac | tee /tmp/flags.log && \
    cargo build
