# pipefail by set and by SHELL: the status of a pipeline.
FROM debian
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
RUN false | true && export A=1; false | true || export B=1; set +o pipefail; false | true && export C=1; make
