# ENV and then ARG: the later one wins in BuildKit, ENV always in buildah 1.28.
FROM debian AS builder
ENV RUSTFLAGS="-C target-cpu=generic"
ARG RUSTFLAGS="-g"
RUN cargo build
