# while and until with arithmetic.
FROM debian
RUN i=0; while [ $i -lt 4 ]; do i=$((i + 1)); S="$S$i"; done; export S; \
    until [ $i -le 1 ]; do i=$((i - 2)); done; export I=$i; make
