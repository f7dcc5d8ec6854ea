FROM gcc:13
ENV CC=gcc
WORKDIR /src
COPY . .
RUN export CC=ccache gcc && \
    ./configure && \
    make all
