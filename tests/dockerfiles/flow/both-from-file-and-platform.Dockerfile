# A RUN writes what an outside command prints beside what the platform decides.
FROM debian
ARG TARGETPLATFORM
RUN echo "${TARGETPLATFORM#linux/}" > /platform && fetch-version > /version
RUN export PLATFORM="$(cat /platform)" VERSION="$(cat /version)" && make
