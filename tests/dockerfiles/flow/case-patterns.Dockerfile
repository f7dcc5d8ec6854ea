# Alternatives, classes, quoted patterns, a default, and no branch at all.
FROM debian
ARG TARGETARCH
RUN case "$TARGETARCH" in [ar]*64 | arm) export A=1 ;; ?md*) export A=2 ;; esac; \
    case "$TARGETARCH" in 'a*') export B=1 ;; a"rm"*) export B=2 ;; esac; \
    case x in y) export C=1 ;; esac; \
    case "$TARGETARCH" in ([!a]*) export D=other ;; (*) export D=a ;; esac; \
    make
