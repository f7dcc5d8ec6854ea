FROM debian:bookworm
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN echo "$TARGETARCH" | while read -r arch; do \
      case "$arch" in \
        arm) export CFLAGS="-mfpu=neon" ;; \
        *) export CFLAGS="-O2" ;; \
      esac; \
    done && \
    make all
