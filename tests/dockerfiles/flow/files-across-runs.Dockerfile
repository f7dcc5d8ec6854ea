# Files move, are appended, copied, removed between RUNs.
FROM debian
RUN echo one > /a && echo two >> /a && cp /a /b && mv /b /c && mkdir -p /d && cp /c /d/
RUN export A="$(cat /a | tr '\n' ,)" C=$(head -n 1 /d/c); rm /a; [ -f /a ] || export GONE=1; [ -f /b ] || export MOVED=1; make
RUN [ -f /a ] || export STILL=1; make
