# Options of a function by shift and case.
FROM debian
ARG TARGETARCH
RUN parse() { while [ $# -gt 0 ]; do case $1 in --arch) ARCH=$2; shift 2 ;; --*=*) VALUE=${1#*=}; shift ;; *) break ;; esac; done; REST=$*; }; \
    parse --arch "$TARGETARCH" --level=3 x y; export ARCH VALUE REST; make
