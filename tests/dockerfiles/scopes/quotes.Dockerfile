FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
ARG Q="two words" R='single $Q' S=a\ b
ENV A="x $Q" B='y $Q' C=z\ $Q D="a \"b\" \$Q" E=\$Q F="c\d" G=c\d H='i"j' I="k'l"
ENV old  value with $Q  and "quotes" 'too'
ENV J=$Q$Q K="$Q"'$Q'
ENV "L M"=n
RUN show 1
