# Single quotes expand nothing.
FROM debian AS builder
ARG TARGETARCH
RUN BASE="-C target-cpu=generic" && \
    export RUSTFLAGS='$BASE -g' && \
    cargo build
