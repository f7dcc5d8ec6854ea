FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS Mixed
ARG A=a
RUN show 1
FROM mixed AS last
COPY --from=MIXED /bin/show /bin/show2
RUN show 2
