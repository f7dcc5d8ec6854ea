# The target triple by a case over TARGETARCH, as most Rust cross builds have it.
FROM --platform=$BUILDPLATFORM rust:1-bookworm AS build
ARG TARGETARCH
ARG TARGETVARIANT
RUN case "${TARGETARCH}${TARGETVARIANT}" in \
      amd64) TRIPLE=x86_64-unknown-linux-gnu ;; \
      arm64) TRIPLE=aarch64-unknown-linux-gnu ;; \
      armv7) TRIPLE=armv7-unknown-linux-gnueabihf ;; \
      *) echo "unsupported: $TARGETARCH" >&2; exit 1 ;; \
    esac && \
    rustup target add "$TRIPLE" && \
    RUSTFLAGS="-C linker=${TRIPLE%%-unknown*}-gcc" cargo build --release --target "$TRIPLE"
