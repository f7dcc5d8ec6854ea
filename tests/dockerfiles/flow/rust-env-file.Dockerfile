# An env file that the build sources, with a value a platform.
FROM rust:1 AS build
ARG TARGETARCH
RUN mkdir -p /opt/env && \
    if [ "$TARGETARCH" = "arm64" ] || [ "$TARGETARCH" = "arm" ]; then \
      echo "export CFLAGS='-O2 -mno-outline'" > /opt/env/build.env; \
    else \
      printf 'export CFLAGS=%s\n' -O3 > /opt/env/build.env; \
    fi
RUN . /opt/env/build.env && make all
