# A number from outside in a comparison.
FROM debian
RUN if [ "$(nproc)" -gt 10 ]; then export J=8; else export J=2; fi; export FIXED=1; make
