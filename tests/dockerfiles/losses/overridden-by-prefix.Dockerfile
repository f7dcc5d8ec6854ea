FROM rust:1.79-slim
ENV RUSTFLAGS="-C link-arg=-fuse-ld=lld"
WORKDIR /src
COPY . .
RUN RUSTFLAGS="-C target-cpu=generic" cargo build --release
