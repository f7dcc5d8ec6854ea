# Each operator of [[ ]], where sh has none.
FROM debian
ARG TARGETARCH
RUN [[ $TARGETARCH == arm64 ]] && export A=1; export B=1; make
