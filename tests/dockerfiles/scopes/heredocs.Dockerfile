FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG A=a
RUN <<EOF
export X="$A 1"
show 1
EOF
RUN <<EOF sh
export X="$A 2"
show 2
EOF
RUN <<-"EOF"
	export X=\$A
	show 3
	EOF
RUN <<EOF
#!/bin/busybox sh
export X=4
show 4
EOF
RUN sh <<ONE && sh -s two <<-TWO
X=5 show 5
ONE
	X=6 show 6
	TWO
