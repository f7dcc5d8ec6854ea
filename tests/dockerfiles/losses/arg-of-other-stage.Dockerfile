FROM debian:bookworm AS fetch
ARG OPENSSL_STATIC=1
RUN curl -fsSL -o /openssl.tar.gz https://example.org/openssl.tar.gz

FROM rust:1.79-slim
COPY --from=fetch /openssl.tar.gz /opt/
RUN echo "static: $OPENSSL_STATIC" && \
    cargo build --release
