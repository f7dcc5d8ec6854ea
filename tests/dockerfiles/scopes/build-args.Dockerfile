ARG BASE=tools
ARG G=default
FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM ${BASE}
RUN show 1
ENV V=e
ARG V
ARG G
ARG N=$V
RUN show 2
ENV V=later
RUN show 3
ARG V=again
RUN show 4
