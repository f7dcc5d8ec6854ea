# Whether the base image has a user.
FROM debian
RUN if id builder > /dev/null 2>&1; then export OWNER=builder; else export OWNER=root; fi; export BOTH=1; make
