# bash alone falls through.
FROM debian
ARG TARGETARCH
SHELL ["bash", "-c"]
RUN case $TARGETARCH in arm*) export A=1 ;;& *64) export B=1 ;& none) export C=1 ;; *) export D=1 ;; esac; make
