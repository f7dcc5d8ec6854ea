# ARG and ENV of one name: the last writer wins.
# build-arg: B=given
# build-arg: C=given
FROM debian
ARG A=arg
ENV A=env
ENV B=env
ARG B=arg
ARG C
ENV D=$C-$A
RUN make one
ARG A=again
RUN make two
