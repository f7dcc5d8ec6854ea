# Without being told, the base image's variables are not known.
FROM rust
RUN export BIN="$CARGO_HOME/bin" V="${RUST_VERSION:-none}" OWN=1; cargo build
