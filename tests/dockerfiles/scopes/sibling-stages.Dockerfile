FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS one
ARG A=a
ENV E=e
RUN show 1
FROM tools
RUN show 2
COPY --from=one /bin/show /bin/show2
RUN show 3
