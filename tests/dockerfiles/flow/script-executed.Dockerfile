# A script that the Dockerfile writes and executes.
FROM debian
COPY <<'EOF' /usr/local/bin/build.sh
#!/bin/sh
export FROM_SCRIPT="$1"
make script
EOF
RUN chmod +x /usr/local/bin/build.sh && export A=1 && /usr/local/bin/build.sh arg; make after
