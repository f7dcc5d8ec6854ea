# printf with widths, repeats, escapes; echo with its options.
FROM debian
RUN export A=$(printf '%s-%s;' a b c d) B=$(printf '%03d|%5s|%-4s|%x' 7 ab cd 255) C=$(printf 'a\tb\\n') D=$(printf '%b' 'x\ty') E=$(printf '%%%c' z) F=$(printf '%s' ''); \
    export G=$(echo -n no-newline) H="$(echo 'a\tb')" I=$(echo -e x); make
