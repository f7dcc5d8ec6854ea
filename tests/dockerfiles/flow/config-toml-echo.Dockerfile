# A cargo configuration written line by line, with the platform in it.
FROM --platform=$BUILDPLATFORM rust
ARG TARGETARCH
RUN mkdir -p .cargo && \
    if [ "$TARGETARCH" = arm64 ]; then L=aarch64-linux-gnu-gcc; else L=gcc; fi && \
    echo "[build]" > .cargo/config.toml && \
    echo "rustflags = [\"-C\", \"linker=$L\"]" >> .cargo/config.toml
RUN export FLAGS="$(sed -n 's/^rustflags = //p' .cargo/config.toml)"; cargo build
