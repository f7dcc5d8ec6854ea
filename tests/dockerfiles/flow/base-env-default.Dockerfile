# A default for a variable that the base image may set.
FROM rust
RUN export HOME_OF_CARGO="${CARGO_HOME:-/usr/local/cargo}" FLAG="${RUST_VERSION:+given}" LOCAL="${NOT_OF_IMAGES:-d}"; cargo build
