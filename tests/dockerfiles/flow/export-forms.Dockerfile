# Several in one export, with quotes, splits and tildes.
FROM debian
ARG LIST="a b"
RUN export A=$LIST B="$LIST" C='$LIST' D=x$LIST; make
