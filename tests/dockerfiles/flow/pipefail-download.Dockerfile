# A download through a pipe, with and without pipefail.
FROM debian
SHELL ["/bin/bash", "-c"]
RUN curl x | tr a b > /dev/null && export PLAIN=1; set -o pipefail; curl x | tr a b > /dev/null && export CHECKED=1; make
