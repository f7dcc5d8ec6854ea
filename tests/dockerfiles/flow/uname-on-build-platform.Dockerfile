# uname answers for the platform that the stage runs on, not for the target.
FROM --platform=$BUILDPLATFORM debian AS build
ARG TARGETARCH
RUN export HOST_ARCH=$(uname -m) TARGET=$TARGETARCH && make cross
FROM debian
RUN export HOST_ARCH=$(uname -m) && make native
