# A file of the build context is not known; the here-document beside it is.
FROM debian
COPY config.env /config.env
COPY <<EOF /known.env
K=1
EOF
RUN . /known.env; export K C=$(cat /config.env); make
