# pipefail in a shell that may not know it.
FROM debian
RUN set -o pipefail; false | cat || export A=1; export B=1; make
