FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ENV V=e
RUN show 1
ARG V
RUN show 2
ARG V=a
RUN show 3
ENV V=e2
RUN show 4
ARG V=b
ENV W=$V
RUN show 5
