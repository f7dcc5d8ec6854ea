FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG A=1 B=$A C
ENV X=1 Y=$X Z="$A $B"
ENV X=2 Y=$X
RUN show 1
