# Variables from a file of the build context.
FROM node:20
ENV KEPT=1
COPY .env /app/.env
RUN make one
RUN set -a; . /app/.env; set +a; export OWN=1; make two
