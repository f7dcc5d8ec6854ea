# Arithmetic: operators, bases, assignments, comparisons.
FROM debian
RUN x=5; export A=$((x * 2 + 1)) B=$((x % 3 == 2 ? 7 : 8)) C=$((0x1f & 017)) D=$(( (x << 2) | 1 )) E=$((x > 3 && !0)) F=$((-7 / 2)); \
    : $((y = x + 1)); export Y=$y G=$((unset_name + 1)) H=$((~x)); make
