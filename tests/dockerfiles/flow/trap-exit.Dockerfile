# What a trap on exit still calls.
FROM debian
RUN trap 'make trap' EXIT; export A=1; make body; A=2; exit 3
