# A file that is sourced (`.`) runs in the shell itself.
FROM debian AS builder
ARG TARGETARCH
RUN echo 'export RUSTFLAGS="-C target-cpu=generic"' > /tmp/flags.sh && \
    . /tmp/flags.sh && \
    cargo build
