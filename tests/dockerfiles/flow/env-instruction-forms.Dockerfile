# Parameter forms in ENV, and the old form with a space.
FROM debian
ARG TARGETARCH
ARG EMPTY=
ENV A=${TARGETARCH:-none} B=${EMPTY:-d} C=${EMPTY:+x} D=$A-suffix E='${A}' F="q ${TARGETARCH}"
ENV G all of this is $TARGETARCH
ENV A=second D2=$A
RUN make
