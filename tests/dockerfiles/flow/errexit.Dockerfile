# set -e: guarded failures go on, a bare one ends the RUN.
FROM debian
RUN set -e; false || export A=1; if false; then :; fi; ! true; \
    f() { false; export B=1; }; f && export C=1; \
    make before; false; export D=1; make after
RUN make unreached
