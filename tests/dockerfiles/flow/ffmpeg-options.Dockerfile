# Options gathered in a string through several tests.
FROM debian
ARG TARGETARCH
ARG WITH_GPL=1
ARG WITH_NONFREE
RUN OPTS="--prefix=/usr"; \
    test "$WITH_GPL" = 1 && OPTS="$OPTS --enable-gpl"; \
    test -n "$WITH_NONFREE" && OPTS="$OPTS --enable-nonfree"; \
    [ "$TARGETARCH" != amd64 ] || OPTS="$OPTS --enable-asm"; \
    export OPTS; \
    ./configure $OPTS && make -j4
