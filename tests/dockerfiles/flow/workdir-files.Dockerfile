# Relative files follow WORKDIR and cd.
FROM debian
WORKDIR /src
RUN echo a > f && mkdir -p sub && cd sub && echo b > f
WORKDIR sub
RUN export A=$(cat ../f) B=$(cat f) C=$(cat /src/sub/f); cd ..; export D=$(cat f) E=$(basename "$PWD"); make
