# An ARG of another stage.
FROM debian AS flags
ARG RUSTFLAGS="-C target-cpu=generic"

FROM debian AS builder
RUN cargo build
