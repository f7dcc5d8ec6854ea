# sed -i on a file of an earlier RUN, then sourced.
FROM debian
ARG TARGETARCH
RUN printf 'arch=@ARCH@\nlevel=1\n' > /c.env
RUN sed -i "s/@ARCH@/$TARGETARCH/; /^level/d" /c.env && cp /c.env /d.env && echo extra=1 >> /d.env
RUN . /d.env; export arch level extra COUNT=$(wc -l < /d.env); make
