# A table in the shell, looked up by indirection through eval.
FROM --platform=$BUILDPLATFORM rust
ARG TARGETARCH
RUN CPU_amd64=x86-64-v3; CPU_arm64=neoverse-n1; CPU_arm=cortex-a7; \
    eval "CPU=\${CPU_$TARGETARCH:-generic}"; \
    export RUSTFLAGS="-C target-cpu=$CPU"; cargo build; \
    CARGO_ENCODED_RUSTFLAGS="$(printf '%s\037' -C "target-cpu=$CPU")" cargo test
