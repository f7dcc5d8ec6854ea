# Declared after its use, and in another stage.
FROM debian AS one
RUN export A="a$TARGETARCH"; make early
ARG TARGETARCH
RUN export A="a$TARGETARCH"; make late
FROM debian
RUN export A="a$TARGETARCH"; make other
