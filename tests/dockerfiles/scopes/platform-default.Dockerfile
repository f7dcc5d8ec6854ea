FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG TARGETARCH=mine
ARG TARGETVARIANT=${TARGETARCH}-v
RUN show 1
ARG TARGETARCH
RUN show 2
