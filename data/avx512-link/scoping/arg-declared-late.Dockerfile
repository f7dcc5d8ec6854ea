# An ARG declared after the RUN that needs it.
FROM debian AS builder
RUN cargo build
ARG RUSTFLAGS="-C target-cpu=generic"
