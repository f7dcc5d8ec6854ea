# A command in the background (`&`) is a subshell.
FROM debian AS builder
ARG TARGETARCH
RUN export RUSTFLAGS="-C target-cpu=generic" & \
    wait && \
    cargo build
