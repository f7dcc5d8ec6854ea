FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG lower=1 UPPER=2
ENV a.b=dot n1=$lower _x=$UPPER
ENV ${lower}key=v K$UPPER=w
RUN show 1
