# Here-documents of the shell, quoted and not.
FROM debian
ARG TARGETARCH
RUN <<OUTER
cat > /expanded <<EOF
arch=$TARGETARCH
EOF
cat > /literal <<'EOF'
arch=$TARGETARCH
EOF
read -r A < /expanded
read -r B < /literal
export A B
. /literal
export arch
make
OUTER
