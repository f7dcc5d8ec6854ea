# An ARG before FROM, not declared again inside the stage.
ARG RUSTFLAGS="-C target-cpu=generic"
FROM debian AS builder
RUN cargo build
