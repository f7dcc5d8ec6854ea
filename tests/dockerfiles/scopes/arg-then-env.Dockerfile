FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG V=a
ENV V=${V}-e
RUN show 1
ARG V
RUN show 2
