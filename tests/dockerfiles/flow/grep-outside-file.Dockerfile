# grep in a file of the base image.
FROM debian
RUN if grep -q avx512f /proc-of-host/cpuinfo; then export F=-mavx512f; fi; export G=1; make
