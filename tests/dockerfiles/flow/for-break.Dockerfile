# break and continue, also out of two loops.
FROM debian
ARG TARGETARCH
RUN for a in amd64 arm64 arm riscv64; do \
      [ "$a" = "$TARGETARCH" ] || continue; \
      for n in 1 2 3; do [ $n = 2 ] && break 2; export N=$n; done; \
      export NEVER=1; \
    done; export A=$a; make
