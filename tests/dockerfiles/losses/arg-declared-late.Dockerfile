FROM golang:1.22 AS builder
WORKDIR /src
COPY . .
RUN go build -o /out/server ./cmd/server
ARG GOARM=6
RUN ln -s /out/server "/out/server-v$GOARM"
