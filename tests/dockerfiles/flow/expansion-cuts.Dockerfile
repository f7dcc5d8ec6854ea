# Prefixes and suffixes, shortest and longest, with patterns in variables.
FROM debian
ARG IMAGE=registry.example.org/team/app:1.2.3-rc1
RUN export NAME=${IMAGE##*/} HOST=${IMAGE%%/*} TAG=${IMAGE##*:} REST=${IMAGE#*/} DIR=${IMAGE%/*}; \
    V=${TAG%-*}; export MAJOR=${V%%.*} MINOR=$(echo ${V#*.} | cut -d. -f1) NOT=${IMAGE#zzz}; \
    P='*/'; export Q="${IMAGE#"$P"}" R=${IMAGE#$P}; make
