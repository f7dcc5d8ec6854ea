FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
RUN show 1
ARG LATE=1
ENV TOO=late
RUN show 2
