# SHELL holds until the next one, also with options.
FROM debian
ARG TARGETARCH
RUN export A=$TARGETARCH; make one
SHELL ["/bin/bash", "-euxo", "pipefail", "-c"]
RUN export B=${TARGETARCH^^}; make two; false; make never
SHELL ["/bin/sh", "-c"]
RUN make unreached
