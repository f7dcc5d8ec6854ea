# Double quotes expand, and keep the spaces.
FROM debian AS builder
ARG TARGETARCH
RUN BASE="-C target-cpu=generic" && \
    export RUSTFLAGS="$BASE -g" && \
    cargo build
