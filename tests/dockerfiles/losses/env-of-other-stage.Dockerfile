FROM debian:bookworm AS base
ENV CFLAGS="-O2 -fPIC"

FROM base AS build-amd64
FROM base AS build-arm64
FROM debian:bookworm AS build-arm

FROM build-${TARGETARCH} AS build
COPY . /src
RUN make -C /src
