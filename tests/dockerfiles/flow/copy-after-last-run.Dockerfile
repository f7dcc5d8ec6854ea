# What a parent stage is given after its last RUN is there in its children.
FROM debian AS parent
RUN echo old > /v
COPY <<EOF /v
new
EOF
FROM parent AS child
RUN export V=$(cat /v); make child
FROM debian
COPY --from=parent /v /v
RUN export V=$(cat /v); make other
