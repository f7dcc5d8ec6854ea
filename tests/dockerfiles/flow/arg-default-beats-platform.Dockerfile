# A default on a platform argument wins over the platform.
FROM debian
ARG TARGETARCH=amd64
ARG TARGETVARIANT
RUN export A=$TARGETARCH V="${TARGETVARIANT-unset}"; make
