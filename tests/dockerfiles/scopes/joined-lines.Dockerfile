FROM scratch AS tools
COPY busybox /bin/busybox
COPY busybox /bin/sh
COPY --chmod=755 show /bin/show

FROM tools
RUN X="a\
b" \
    # vanishes
    Y=1 \

    show 1
RUN X=a#b \
# at the start
  show 2 # a comment of the shell \
  show 3
ENV A=1 \
    # between
    B=2 \
    C="3 \
    4"
RUN show 4
