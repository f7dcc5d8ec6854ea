FROM rust:1.79-slim
ENV RUSTFLAGS="-C link-arg=-fuse-ld=lld"
WORKDIR /src
COPY . .
RUN env -i PATH="$PATH" HOME="$HOME" cargo build --release
