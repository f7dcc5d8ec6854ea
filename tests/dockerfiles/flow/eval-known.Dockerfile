# eval of a computed assignment, twice.
FROM debian
ARG TARGETARCH
ENV FLAGS_amd64=-m64 FLAGS_arm64=-marm64 FLAGS_arm=-marm
RUN eval "export FLAGS=\$FLAGS_$TARGETARCH"; eval 'export' "N=$((1 + 1))"; eval "f() { export F=1; }"; f; make
