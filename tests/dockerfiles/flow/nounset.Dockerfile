# set -u: a default saves, a bare name ends the shell.
FROM debian
ARG LEVEL
RUN set -u; export A=${MISSING:-d} B=${MISSING-}; make one; export C="$MISSING"; make two
