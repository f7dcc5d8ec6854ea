# Debian's name of the architecture picks the download.
FROM debian:bookworm
RUN dpkgArch="$(dpkg --print-architecture)" && \
    case "${dpkgArch##*-}" in \
      amd64) nodeArch=x64 ;; arm64) nodeArch=arm64 ;; armhf) nodeArch=armv7l ;; \
      *) nodeArch=unofficial-$dpkgArch ;; \
    esac && \
    export nodeArch && \
    curl -fsSLO "https://example.org/node-linux-$nodeArch.tar.xz" && \
    ARCH=$(arch) make install
