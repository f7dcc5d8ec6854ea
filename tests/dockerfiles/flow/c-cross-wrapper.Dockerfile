# Cross compiler names by platform, with a default for unlisted ones.
FROM --platform=$BUILDPLATFORM debian:bookworm AS build
ARG TARGETARCH
ENV CFLAGS="-O2 -g"
RUN apt-get update && apt-get install -y gcc
RUN set -eu; \
    case "$TARGETARCH" in \
      arm64) HOST=aarch64-linux-gnu; EXTRA="-mbranch-protection=standard" ;; \
      arm) HOST=arm-linux-gnueabihf; EXTRA="-mfpu=neon" ;; \
      riscv64) HOST=riscv64-linux-gnu; EXTRA= ;; \
      amd64) HOST=x86_64-linux-gnu; EXTRA="-march=x86-64-v2" ;; \
    esac; \
    export CC="$HOST-gcc" AR="$HOST-ar"; \
    export CFLAGS="$CFLAGS${EXTRA:+ $EXTRA}"; \
    ./configure --host="$HOST"; \
    make
