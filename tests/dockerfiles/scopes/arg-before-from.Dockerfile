ARG V=1
ARG W=w$V
FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
RUN show 1
ARG V
RUN show 2
ARG W=own-$V
RUN show 3
