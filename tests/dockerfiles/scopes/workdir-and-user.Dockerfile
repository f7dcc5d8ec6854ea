FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG D=dir
WORKDIR /a/$D
WORKDIR ../b
RUN X="$(busybox pwd)" show 1
WORKDIR c/
RUN X="$(busybox pwd)" show 2
