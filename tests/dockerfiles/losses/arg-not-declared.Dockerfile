FROM rust:1.79-slim
WORKDIR /src
COPY . .
RUN echo "building for $TARGETARCH" && \
    cargo build --release --features "cpu-$TARGETARCH"
