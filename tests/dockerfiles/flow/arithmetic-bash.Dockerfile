# (( )), let and ** of bash.
FROM debian
SHELL ["/bin/bash", "-c"]
RUN ((x = 3 ** 2)); ((x > 8)) && export A=$x; ((0)) || export B=1; let y=x+1; export C=$y D=$((x++)) E=$x; declare -i n=2+3; export F=$n; make
