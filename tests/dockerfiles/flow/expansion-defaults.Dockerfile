# Defaults, alternatives, assignments and errors.
FROM debian
ARG EMPTY=
ARG SET=v
RUN export A=${NONE-d} B=${NONE:-d} C=${EMPTY-d} D=${EMPTY:-d} E=${SET:+alt} F=${EMPTY+alt} G=${EMPTY:+alt}; \
    : "${H:=assigned}"; export H I="${NONE:-"q ${SET}"}" J=${#SET}; make one; : ${NONE:?missing}; make two
