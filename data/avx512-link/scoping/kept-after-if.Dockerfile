# `if` opens no subshell either.
FROM debian AS builder
ARG TARGETARCH
RUN if [ "$TARGETARCH" = amd64 ]; then \
        export RUSTFLAGS="-C target-cpu=generic"; \
    fi && \
    cargo build
