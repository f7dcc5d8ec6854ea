# escape=`
# The engine's continuation is another character; the shell's is not.
FROM debian
ARG TARGETARCH
RUN export A=$TARGETARCH && `
    export B="a\b" && `
    make
