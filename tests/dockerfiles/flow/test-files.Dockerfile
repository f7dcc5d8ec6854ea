# Tests of files that the Dockerfile itself makes.
FROM debian
RUN mkdir -p /opt/a && echo x > /opt/a/f && : > /opt/a/empty
RUN [ -f /opt/a/f ] && export F=1; [ -d /opt/a ] && export D=1; [ -s /opt/a/empty ] || export S=0; \
    [ -e /opt/a/f ] && rm -f /opt/a/f; [ -e /opt/a/f ] || export GONE=1; make
