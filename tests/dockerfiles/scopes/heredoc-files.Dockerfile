FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG A=arg
ENV E="an env"
COPY <<ONE <<"TWO" <<-THREE /etc/
$A ${E} "$A" '$E' \$A ${N:-none}
ONE
$A ${E}
TWO
	tabs $A
		more
	THREE
RUN X="$(busybox cat /etc/ONE)" Y="$(busybox cat /etc/TWO)" Z="$(busybox cat /etc/THREE)" show 1
