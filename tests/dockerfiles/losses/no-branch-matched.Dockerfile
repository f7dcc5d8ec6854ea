FROM rust:1.79-slim
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN case "$TARGETARCH" in \
      amd64) RUSTFLAGS="-C target-cpu=x86-64-v2" ;; \
      arm64) RUSTFLAGS="-C target-cpu=generic" ;; \
      armv7) RUSTFLAGS="-C target-feature=+neon" ;; \
    esac && \
    export RUSTFLAGS="$RUSTFLAGS" && \
    cargo build --release
