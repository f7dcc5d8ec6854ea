FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ENV A=x$TARGETARCH B=${TARGETARCH:-none} C=$V
ARG D=${BUILDARCH}
RUN show 1
