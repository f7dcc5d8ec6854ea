FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS one
SHELL ["/bin/busybox", "ash", "-uc"]
RUN X="$0$-" show 1
FROM one
RUN X="$0$-" show 2
