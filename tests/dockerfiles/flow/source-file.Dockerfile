# A file written by a RUN and sourced by name and by source.
FROM debian
ARG TARGETARCH
RUN echo "X=$TARGETARCH; export X; Y=2" > /vars.sh
RUN . /vars.sh; make dot
SHELL ["/bin/bash", "-c"]
RUN source /vars.sh && export Y && make source
