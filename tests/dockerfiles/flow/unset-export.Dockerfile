# unset, export -n, export without a value, readonly.
FROM debian
ENV A=1 B=2 C=3
RUN unset A; B=; D=4; export D; E=5; export E F; readonly G=7; export G; make
