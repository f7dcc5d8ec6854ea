ARG V
ARG W=${V:-fallback}
FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG V
ARG W
RUN show 1
