# SHELL bash with pipefail and an array of options.
FROM debian
ARG TARGETARCH
SHELL ["/bin/bash", "-eo", "pipefail", "-c"]
RUN declare -a OPTIONS=(-DCMAKE_BUILD_TYPE=Release); \
    if [[ $TARGETARCH == arm* ]]; then OPTIONS+=("-DUSE_NEON=ON"); fi; \
    export CMAKE_ARGS="${OPTIONS[*]}" COUNT=${#OPTIONS[@]} LAST="${OPTIONS[-1]}"; \
    cmake "${OPTIONS[@]}" .
