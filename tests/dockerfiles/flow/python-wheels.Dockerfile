# A variant test with [[ ]] in bash, with =~ and capture.
FROM python:3.12
ARG TARGETPLATFORM
SHELL ["/bin/bash", "-c"]
RUN if [[ "$TARGETPLATFORM" =~ ^linux/arm ]]; then \
      export CFLAGS="-fsigned-char" ; \
    elif [[ "$TARGETPLATFORM" != *amd64 ]]; then \
      export CFLAGS="-O1"; \
    fi; \
    pip install --no-binary :all: numpy
