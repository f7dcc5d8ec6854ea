FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ENV U="" S=value P=/usr/local/lib/libfoo.so.1
ENV A=${N:-d} B=${U:-d} C=${U-d} D=${N-d} E=${S:-d}
ENV F=${N:+d} G=${U:+d} H=${U+d} I=${S:+d} J=${S+${P}}
ENV K=${P#*/} L=${P##*/} M=${P%.*} O=${P%%.*} Q=${P#/usr} R=${P%%so*}
ENV AA=${P/lib/LIB} AB=${P//lib/LIB} AC=${P//l?b/x} AD=${P//o*/} AE=${P/\\/usr/U}
ENV AF=${S:?must} AG=${N:-${M:-inner}} AH=${N:-"a b"} AI=$NOT_SET.x AJ=$S$P
RUN show 1
