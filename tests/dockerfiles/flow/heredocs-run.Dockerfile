# RUN with a here-document is a script of its own; with #! an interpreter's.
FROM debian
ARG TARGETARCH
RUN <<EOF
set -e
export A="got $TARGETARCH"
make one
EOF
RUN <<'EOF' cat > /out
literal $A
EOF
RUN <<-EOF
	export B="$(cat /out)"
	make two
EOF
