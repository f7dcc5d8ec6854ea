# The same before `:`, a special builtin: here shells differ.
FROM debian AS builder
ARG TARGETARCH
RUN RUSTFLAGS="-C target-cpu=generic" : && \
    cargo build
