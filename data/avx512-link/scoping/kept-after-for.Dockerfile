# Nor does a `for` loop.
FROM debian AS builder
ARG TARGETARCH
RUN for flag in generic; do \
        export RUSTFLAGS="-C target-cpu=$flag"; \
    done && \
    cargo build
