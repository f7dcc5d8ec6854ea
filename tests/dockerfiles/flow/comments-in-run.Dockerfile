# Comments and blank lines in a continuation vanish.
FROM debian
RUN export A=1 \
    # a comment of the Dockerfile
    && export B=2 \

    && make # a comment of the shell
