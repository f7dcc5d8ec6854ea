# set -e with an outside command in a condition and one bare.
FROM debian
RUN set -eu; if curl -f x; then MODE=online; else MODE=offline; fi; wget y; export MODE WGET=done; make
