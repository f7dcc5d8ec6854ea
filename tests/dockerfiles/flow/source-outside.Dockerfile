# A file of the base image is sourced.
FROM debian
ENV KEPT=1
RUN export A=1; . /opt/toolchain/environment; make
