FROM rust:1.79-slim
RUN echo 'export RUSTFLAGS="-C target-cpu=generic"' >> /etc/profile.d/rust.sh
WORKDIR /src
COPY . .
RUN cargo build --release
