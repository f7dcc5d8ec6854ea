# Chains of elif with each operator of test.
FROM debian
ARG TARGETARCH
ARG LEVEL=3
RUN if test "$TARGETARCH" = arm; then export K=arm; \
    elif [ "$LEVEL" -ge 3 -a -n "$TARGETARCH" ]; then export K=high; \
    elif [ ! "$LEVEL" -lt 2 ]; then export K=mid; \
    else export K=low; fi; \
    if [ "$LEVEL" -eq 3 ] && ! [ -z "$K" ]; then export L=yes; fi; \
    make
