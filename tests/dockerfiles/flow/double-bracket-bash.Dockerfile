# Each operator of [[ ]] in bash.
FROM debian
ARG TARGETARCH
SHELL ["/bin/bash", "-c"]
RUN [[ $TARGETARCH == arm* && -n $TARGETARCH ]] && export A=1; \
    [[ $TARGETARCH == "arm*" ]] || export B=1; \
    [[ a < b || x ]] && export C=1; \
    [[ ! ( 1 -gt 2 ) ]] && export D=1; \
    [[ $TARGETARCH =~ ^(arm|amd)64$ ]] && export E=${BASH_REMATCH[1]}; \
    [[ -v TARGETARCH ]] && export G=1; make
