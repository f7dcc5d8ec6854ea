FROM --platform=$BUILDPLATFORM rust:1.79-slim
ENV RUSTFLAGS="-C target-feature=-avx512f"
WORKDIR /src
COPY . .
RUN cargo build --release --target x86_64-unknown-linux-gnu
