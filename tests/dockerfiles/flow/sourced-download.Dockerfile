# A script from the network is sourced by process substitution.
FROM debian
SHELL ["/bin/bash", "-c"]
ENV KEPT=env
RUN export A=1; source <(curl x); export B=1; make
