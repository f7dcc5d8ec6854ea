#!/bin/bash
# The docker client against the lab's own engine. Usage: docker.sh LAB ARGUMENT...
lab=$1
shift
export DOCKER_CONFIG=$lab/engine-run/config
exec "$lab/engine-root/usr/bin/docker" -H "unix://$lab/engine-run/docker.sock" "$@"
