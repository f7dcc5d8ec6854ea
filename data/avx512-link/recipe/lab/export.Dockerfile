# Copies what the build left in its cache mount; `docker buildx build --output type=local`, with a new ATTEMPT each time.
ARG BASE_IMAGE=localhost/build-base:bookworm
FROM --platform=$BUILDPLATFORM ${BASE_IMAGE} AS copy
ARG TARGETPLATFORM
ARG ATTEMPT
RUN --mount=type=cache,id=target-$TARGETPLATFORM,target=/target \
    : "$ATTEMPT"; cp -r /target/*-*-linux-*/release /release
FROM scratch
COPY --from=copy /release /
