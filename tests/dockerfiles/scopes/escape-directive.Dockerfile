# escape=`
FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG A=C:\dir
ENV B=$A\sub C=x` y D=`$A `
    E="a `"b`""
RUN `
    # a comment
    show 1
