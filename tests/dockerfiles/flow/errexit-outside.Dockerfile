# Under set -e what follows an outside command has a single way.
FROM debian
RUN set -e; apt-get update; export A=1; wget x; export B=2; make
