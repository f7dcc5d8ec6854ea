# The triple is written by one RUN and read by the next.
FROM --platform=$BUILDPLATFORM rust:1 AS build
ARG TARGETPLATFORM
RUN case "$TARGETPLATFORM" in \
      "linux/amd64") echo x86_64-unknown-linux-musl > /tmp/target_triple ;; \
      "linux/arm64") echo aarch64-unknown-linux-musl > /tmp/target_triple ;; \
      "linux/arm/v7") echo armv7-unknown-linux-musleabihf > /tmp/target_triple ;; \
      *) echo none > /tmp/target_triple ;; \
    esac
RUN export TRIPLE="$(cat /tmp/target_triple)" && \
    export CARGO_TARGET="$(echo "$TRIPLE" | tr a-z- A-Z_)" && \
    cargo build --target "$TRIPLE"
