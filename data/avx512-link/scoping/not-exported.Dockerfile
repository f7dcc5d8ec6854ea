# An assignment without `export` stays in the shell.
FROM debian AS builder
ARG TARGETARCH
RUN RUSTFLAGS="-C target-cpu=generic" && \
    cargo build
