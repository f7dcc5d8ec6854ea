# Nested substitutions, back quotes, trailing newlines.
FROM debian
ARG TARGETARCH
RUN A="$(echo "a$(echo "b$(printf %s "$TARGETARCH")")")"; B=`echo \`echo q\` z`; C=$(printf 'x\n\n'); \
    export A B C D="$(true)" E="[$(printf '  s  ')]" F=$(echo a   b); make
