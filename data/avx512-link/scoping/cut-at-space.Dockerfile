# Without quotes the value ends at the first space.
FROM debian AS builder
ARG TARGETARCH
RUN export RUSTFLAGS=--cfg scalar && \
    cargo build
