FROM rust:1.79-slim
WORKDIR /src
RUN mkdir -p .cargo && \
    printf '[build]\nrustflags = ["-C", "link-arg=-fuse-ld=lld"]\n' > .cargo/config.toml
COPY src src
ENV RUSTFLAGS="-C target-cpu=generic"
RUN cargo build --release
