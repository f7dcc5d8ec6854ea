# A flag by whether the compiler takes it: both ways are possible.
FROM gcc:13
ENV CFLAGS=-O2
RUN if cc -mavx512f -x c -c /dev/null -o /dev/null; then \
      export CFLAGS="$CFLAGS -mavx512f"; \
    fi; \
    make bench
