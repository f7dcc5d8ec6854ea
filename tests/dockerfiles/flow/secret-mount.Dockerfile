# A secret is a file that nobody writes.
FROM debian
RUN --mount=type=secret,id=token export TOKEN="$(cat /run/secrets/token)" PLAIN=1; make
