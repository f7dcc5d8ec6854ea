# So is its right side: a `while read` loop behind a pipe.
FROM debian AS builder
ARG TARGETARCH
RUN echo "-C target-cpu=generic" | while read -r flags; do \
        export RUSTFLAGS="$flags"; \
    done && \
    cargo build
