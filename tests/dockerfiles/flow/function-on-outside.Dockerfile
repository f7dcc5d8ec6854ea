# A function that returns what an outside command says.
FROM debian
ARG TARGETARCH
RUN has() { curl -f "x/$1"; }; if has neon; then export NEON=1; fi; export ARCH=$TARGETARCH; make
