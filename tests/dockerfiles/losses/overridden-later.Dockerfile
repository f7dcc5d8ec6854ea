FROM debian:bookworm
ARG TARGETARCH
WORKDIR /src
COPY . .
RUN if [ "$TARGETARCH" = arm ]; then export CFLAGS="-mfpu=neon"; fi && \
    export CFLAGS="-O2 -pipe" && \
    make all
