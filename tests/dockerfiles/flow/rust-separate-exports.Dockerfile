# RUSTFLAGS exported in a RUN of its own never reaches the build.
FROM rust:1
ARG TARGETARCH
RUN if [ "$TARGETARCH" = arm64 ]; then export RUSTFLAGS="-C target-cpu=generic"; fi
RUN cargo build --release
