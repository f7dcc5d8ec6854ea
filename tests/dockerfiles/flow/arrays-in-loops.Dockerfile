# Loops over the elements of an array that hangs on the platform.
FROM debian
ARG TARGETARCH
SHELL ["/bin/bash", "-c"]
RUN flags=(-O2); [[ $TARGETARCH = arm ]] && flags+=(-mfpu=neon -mthumb); \
    for x in "${flags[@]}"; do S="$S<$x>"; done; export S CFLAGS="${flags[*]}"; make "${flags[@]}"
