FROM gcc:13
WORKDIR /src
COPY . .
RUN (cd third_party/zlib && ./configure && make && export CFLAGS="-O2 -I$PWD") && \
    make -C server
