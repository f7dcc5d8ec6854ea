FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools AS base
ONBUILD RUN <<-EOF
	V=1 show 1
	EOF
FROM base
RUN show 2
