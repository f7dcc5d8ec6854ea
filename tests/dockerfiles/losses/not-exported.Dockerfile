FROM golang:1.22
ARG TARGETVARIANT
WORKDIR /src
COPY . .
RUN GOARM="${TARGETVARIANT#v}" && \
    go build -o /out/server ./cmd/server
