# ONBUILD runs where its stage is used, with that stage's arguments.
FROM debian AS base
ENV MODE=base
ONBUILD ARG TARGETARCH
ONBUILD ENV FLAG=from-onbuild
ONBUILD RUN export A="$MODE-$TARGETARCH"; make trigger
FROM base
ENV MODE=child
RUN make child
