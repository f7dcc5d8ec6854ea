FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS one
ENV PATH=/opt/bin:$PATH
ARG PATH=/lost:$PATH
RUN /bin/show 1
FROM one
RUN show 2
