# What the user tells of the base image's environment.
# base-env: PATH=/usr/local/cargo/bin:/usr/local/bin:/usr/bin:/bin
# base-env: CARGO_HOME=/usr/local/cargo
FROM rust
RUN export BIN="$CARGO_HOME/bin" V="${RUST_VERSION:-none}"; cargo build
