# A branch of `case` runs in the shell itself: what it exports stays.
FROM debian AS builder
ARG TARGETARCH
RUN case "$TARGETARCH" in \
        amd64) \
            export RUSTFLAGS="-C target-cpu=generic" ;; \
    esac && \
    cargo build
