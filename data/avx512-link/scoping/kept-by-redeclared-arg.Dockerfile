# An ARG before FROM, declared again inside the stage.
ARG RUSTFLAGS="-C target-cpu=generic"
FROM debian AS builder
ARG RUSTFLAGS
RUN cargo build
