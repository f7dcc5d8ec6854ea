# Arguments before FROM are seen after a declaration only.
ARG VERSION=1.2
ARG SUFFIX=-slim
FROM debian:$VERSION$SUFFIX
ARG VERSION
RUN export V="v$VERSION" S="s$SUFFIX"; make
FROM debian
RUN export V="v$VERSION"; make
