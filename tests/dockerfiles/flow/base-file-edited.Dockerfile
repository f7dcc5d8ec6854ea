# sed -i on a file of the base image, then read.
FROM debian
RUN sed -i 's/a/b/' /etc/tool.conf && export CONF="$(cat /etc/tool.conf)" DONE=1; make
