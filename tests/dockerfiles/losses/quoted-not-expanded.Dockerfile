FROM rust:1.79-slim
ENV CPU_FLAGS="-C target-cpu=generic"
WORKDIR /src
COPY . .
RUN export RUSTFLAGS='$CPU_FLAGS -C debuginfo=1' && \
    cargo build --release
