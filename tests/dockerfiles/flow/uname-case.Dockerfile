# The machine by uname on an emulated stage.
FROM alpine:3.20
RUN ARCH="$(uname -m)"; \
    case "$ARCH" in \
      x86_64) export GRPC_ARCH=x86_64 ;; \
      aarch64) export GRPC_ARCH=aarch_64 ;; \
      armv7l) export GRPC_ARCH=arm_32 ;; \
      *) export GRPC_ARCH="$ARCH" ;; \
    esac; \
    wget -q "https://example.org/protoc-${GRPC_ARCH}.zip"
