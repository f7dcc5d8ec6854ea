# Tools that read the machine: their output is not decided, the rest of the value is.
FROM debian
RUN export A=$(date +%Y) B=$(id -un) C="jobs-$(nproc)" D=$(ls /usr | wc -l) E=fixed; make
