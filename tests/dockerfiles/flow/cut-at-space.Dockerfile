# Without quotes the value ends at the space.
FROM debian
RUN export CFLAGS=-O2 -g; make
