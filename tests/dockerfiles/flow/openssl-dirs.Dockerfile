# Derived names: upper case, underscores, by tr and by sed.
FROM --platform=$BUILDPLATFORM rust
ARG TARGETARCH
RUN case $TARGETARCH in amd64) A=x86_64;; arm64) A=aarch64;; arm) A=armv7;; *) A=$TARGETARCH;; esac; \
    T=$A-unknown-linux-gnu; \
    U=$(echo $T | tr '[:lower:]-' '[:upper:]_'); \
    S=$(echo "$T" | sed -e 's/-unknown//' -e 's/$/-pkg-config/'); \
    export "CARGO_TARGET_${U}_LINKER=$A-linux-gnu-gcc" PKG_CONFIG="$S" NAME="$U"; \
    cargo build
