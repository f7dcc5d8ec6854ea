# A loop until an outside command succeeds; what follows is decided.
FROM debian
RUN n=0; until curl -f https://example.org; do n=$((n + 1)); [ $n -ge 3 ] && break; done; \
    export DONE=yes; make
