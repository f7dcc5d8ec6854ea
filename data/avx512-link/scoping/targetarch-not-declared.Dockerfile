# TARGETARCH is not declared in the stage: `case` sees nothing.
FROM debian AS builder
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    cargo build
