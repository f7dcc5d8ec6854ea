# A helper script by COPY here-document, sourced by later RUNs.
FROM --platform=$BUILDPLATFORM debian AS build
COPY <<'EOF' /usr/local/lib/target.sh
target_triple() {
    case "$1" in
        amd64) printf 'x86_64-linux-gnu' ;;
        arm64) printf 'aarch64-linux-gnu' ;;
        arm) printf 'arm-linux-gnueabi%s' "${2:+hf}" ;;
        *) return 1 ;;
    esac
}
EOF
ARG TARGETARCH
ARG TARGETVARIANT
RUN . /usr/local/lib/target.sh; \
    TRIPLE=$(target_triple "$TARGETARCH" "$TARGETVARIANT") || TRIPLE=native; \
    export CC="$TRIPLE-gcc"; make
