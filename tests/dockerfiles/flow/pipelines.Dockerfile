# Each side of a pipe is a process of its own.
FROM debian
RUN export X=0; export X=1 | cat; echo v | { read -r R; export R; make right; }; make after
