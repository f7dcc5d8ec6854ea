# A stage on a stage has its ENV and its files, not what its RUNs exported.
FROM debian AS base
ARG TARGETARCH
ENV LEVEL=base
RUN export LOST=1; echo "$TARGETARCH" > /arch; make base
FROM base AS middle
ENV LEVEL=$LEVEL-middle
RUN make middle
FROM middle
RUN export ARCH=$(cat /arch); make top
