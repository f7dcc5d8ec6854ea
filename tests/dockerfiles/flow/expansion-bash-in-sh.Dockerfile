# Expansions that dash does not know end its script.
FROM debian
ARG TARGETPLATFORM
RUN export A=1; make one; export B=${TARGETPLATFORM//\//-}; make two
