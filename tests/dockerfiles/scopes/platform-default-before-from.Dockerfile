ARG TARGETARCH=early
ARG TARGETVARIANT
FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG TARGETARCH
ARG TARGETVARIANT
RUN show 1
