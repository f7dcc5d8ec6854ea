# Functions: arguments, return, nested calls, redefinition.
FROM debian
ARG TARGETARCH
RUN triple() { case $1 in arm*) echo "$1-eabi"; return 3 ;; esac; echo "$1-gnu"; }; \
    use() { export T="$(triple "$1")"; make $1; }; \
    use one; use "$TARGETARCH"; \
    triple arm > /dev/null; export S=$?; \
    use() { export T=redefined-$#; }; use a b c; make last
