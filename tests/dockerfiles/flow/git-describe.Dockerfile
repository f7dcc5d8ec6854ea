# A version by git, with a default where it fails.
FROM golang:1.22
ARG TARGETARCH
RUN VERSION=$(git describe --tags 2>/dev/null || echo dev) && \
    export VERSION LDFLAGS="-s -w" NAME="app-$TARGETARCH" && go build
