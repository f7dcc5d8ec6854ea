# An assignment before a command is for that command alone.
FROM debian AS builder
ARG TARGETARCH
RUN RUSTFLAGS="-C target-cpu=generic" rustc --version && \
    cargo build
