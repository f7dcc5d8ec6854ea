FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM --platform=$BUILDPLATFORM tools AS one
ARG TARGETARCH
ARG BUILDARCH
RUN show 1
FROM one
RUN show 2
