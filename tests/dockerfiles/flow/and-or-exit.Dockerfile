# && and || with early exits.
FROM debian
ARG TARGETARCH
RUN [ "$TARGETARCH" = riscv64 ] && { make skip; exit 0; }; \
    true && false || export A=1; \
    export B=1 && false && export C=1; \
    [ -n "$TARGETARCH" ] || exit 1; make
