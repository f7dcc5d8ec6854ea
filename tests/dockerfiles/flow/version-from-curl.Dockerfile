# The version comes from the network: not decided; the platform part is.
FROM debian
ARG TARGETARCH
RUN VERSION="$(curl -fsSL https://example.org/latest)" && \
    export VERSION ARCH="linux-$TARGETARCH" && \
    wget "https://example.org/$VERSION/tool-$ARCH.tgz"
