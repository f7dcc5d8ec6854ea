# Lines of a known here-document, read in the shell itself and behind a pipe.
FROM debian
RUN printf 'one 1\ntwo 2\n' > /list
RUN while read -r name number; do export "N_$name=$number"; SUM=$((${SUM:-0} + number)); done < /list; \
    export SUM; cat /list | while read -r name number; do export LAST=$name; done; make
