# Retries with a counter: the counter is not decided, the rest is.
FROM debian
RUN i=0; while ! curl -f x; do i=$((i + 1)); if [ $i -gt 2 ]; then break; fi; done; export TRIES=$i OTHER=1; make
