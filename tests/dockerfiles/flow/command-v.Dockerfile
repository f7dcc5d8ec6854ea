# Which program is installed decides.
FROM debian
RUN if awk 'BEGIN { exit 0 }'; then export TOOL=awk; else export TOOL=sed; fi; export BOTH=1; make
