# Splitting by another IFS, globbing off.
FROM debian
ARG TARGETPLATFORM
RUN old=$IFS; IFS=/; set -f; set -- $TARGETPLATFORM; IFS=$old; export N=$# A=$2 V="${3:-none}" ALL="$*"; shift; export B=$1; make
