# set -a exports what is assigned, also from a sourced file.
FROM debian
COPY <<EOF /build.env
CFLAGS=-O2
LDFLAGS="-Wl,-z,now -s"
EOF
RUN set -a; . /build.env; JOBS=4; set +a; LATER=1; make
