# A value written before the command itself wins over what was exported.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in amd64) export RUSTFLAGS="-C target-cpu=generic" ;; esac && \
    RUSTFLAGS="-g" cargo build
