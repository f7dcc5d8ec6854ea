# The interpreter is that of the #! line, whatever SHELL says.
FROM debian
RUN <<EOF
#!/usr/bin/env bash
declare -A M=([arm]=hf [amd64]=x)
export A=${M[arm]} B=${#M[@]}
make
EOF
