FROM rust:1.79-slim
WORKDIR /src
COPY . .
RUN export RUSTFLAGS="-C target-feature=-avx512f"
RUN cargo build --release
