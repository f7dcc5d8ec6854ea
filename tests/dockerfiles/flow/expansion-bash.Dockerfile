# Substrings, replacements, case, indirection, quoting of bash.
FROM debian
ARG TARGETPLATFORM
SHELL ["/bin/bash", "-c"]
RUN P=$TARGETPLATFORM; export A=${P//\//-} B=${P/linux\//} C=${P^^} D=${P^} E=${P:6} F=${P:6:3} G=${P: -2} H=${P/#linux/os} I=${P/%?/_}; \
    N=P; export J=${!N} K=${P@Q} L=${P,,}; make
