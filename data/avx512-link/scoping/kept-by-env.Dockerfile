# An assignment without `export` reaches a command if ENV declared the variable.
FROM debian AS builder
ENV RUSTFLAGS="-g"
RUN RUSTFLAGS="$RUSTFLAGS -C target-cpu=generic"; \
    cargo build
