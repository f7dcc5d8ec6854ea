FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS one
ARG A=a
ENV E=e
ARG E=hidden
RUN show 1
FROM one AS two
RUN show 2
ARG B=$A$E
RUN show 3
FROM two
ARG A
RUN show 4
