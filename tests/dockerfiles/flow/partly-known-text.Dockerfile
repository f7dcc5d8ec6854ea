# Known text around an unknown part; cuts that meet known text only.
FROM debian
ARG TARGETARCH
RUN V="v$(curl x)"; export FULL="app-$V-$TARGETARCH" HEAD="$(echo "app-$TARGETARCH" | cut -d- -f2)" \
    SUFFIX="${TARGETARCH}" CUT="${V#v}" FIRST="${FOO:-x$V}"; make
