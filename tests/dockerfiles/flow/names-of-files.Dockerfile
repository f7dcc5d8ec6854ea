# basename and dirname, with suffixes and roots.
FROM debian
ARG TARBALL=/src/pkg/openssl-3.0.tar.gz
RUN export A=$(basename "$TARBALL" .tar.gz) B=$(dirname "$TARBALL") C=$(basename /) D=$(dirname file) E=$(dirname "$(dirname "$TARBALL")"); make
