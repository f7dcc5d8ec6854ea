FROM rust:1.79-slim
WORKDIR /src
COPY . .
RUN RUSTFLAGS="-C target-cpu=generic" cargo fetch --locked && \
    cargo build --release --locked
