# A file of another stage, under another name and under a folder.
FROM --platform=$BUILDPLATFORM debian AS target
ARG TARGETARCH
RUN mkdir -p /out/sub && echo "$TARGETARCH" > /out/arch && echo deep > /out/sub/file
FROM debian
COPY --from=target /out/arch /arch
COPY --from=target /out/ /all/
RUN export A=$(cat /arch) B=$(cat /all/sub/file) C=$(cat /all/arch); make
