# Whether a file of the base image is there.
# outside: /etc/alpine-release
FROM base
RUN if [ -e /etc/alpine-release ]; then export LIBC=musl; else export LIBC=gnu; fi; \
    export TRIPLE="x86_64-unknown-linux-$LIBC" VENDOR=unknown; cargo build
