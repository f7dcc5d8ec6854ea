# Build arguments, of which one is declared without a default.
# build-arg: PROFILE=debug
# build-arg: EXTRA=--features "a b"
FROM rust
ARG PROFILE=release
ARG EXTRA
ARG NONE
RUN export OPT="--profile=$PROFILE" X="$EXTRA" N="${NONE-unset}"; [ "$PROFILE" = debug ] && export RUSTFLAGS=-g; cargo build
