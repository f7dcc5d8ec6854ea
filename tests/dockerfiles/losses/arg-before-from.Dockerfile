# The flags are declared once, above all stages.
ARG RUSTFLAGS="-C target-cpu=generic"

FROM rust:1.79-slim AS builder
WORKDIR /src
COPY . .
RUN cargo build --release
