FROM rust:1.79-slim
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN triple() { \
      case "$TARGETARCH" in \
        amd64) export RUSTFLAGS="-C target-cpu=x86-64-v2"; echo x86_64-unknown-linux-gnu ;; \
        arm64) export RUSTFLAGS="-C target-cpu=generic"; echo aarch64-unknown-linux-gnu ;; \
        arm) export RUSTFLAGS="-C target-cpu=generic"; echo armv7-unknown-linux-gnueabihf ;; \
      esac; \
    } && \
    CARGO_BUILD_TARGET="$(triple)" && export CARGO_BUILD_TARGET && \
    cargo build --release
