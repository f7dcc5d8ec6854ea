# The engine expands a COPY here-document, quoted it does not.
FROM debian
ARG TARGETARCH
COPY <<EOF <<"QUOTED" /d/
arch=$TARGETARCH
EOF
arch=$TARGETARCH
QUOTED
RUN export A=$(cat /d/EOF) B=$(cat /d/QUOTED); make
