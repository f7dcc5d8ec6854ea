# Loops over words, over a string that is split, over positional parameters.
FROM debian
ARG FEATURES="tls http2 brotli"
RUN for f in $FEATURES; do ALL="${ALL:+$ALL,}$f"; done; export ALL; \
    for t in one two; do export T=$t; cargo build --bin $t; done; \
    set -- -a -b; for o; do LAST=$o; done; export LAST; cargo test
