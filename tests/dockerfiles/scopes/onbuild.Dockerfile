FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS base
ARG B=b
ENV E=e
ONBUILD ARG TARGETARCH
ONBUILD ARG C=${B}c
ONBUILD ENV F=$E$C
ONBUILD RUN show 1
RUN show 2
FROM base AS child
RUN show 3
FROM child
RUN show 4
