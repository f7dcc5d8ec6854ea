# The base image's own file decides, through sourcing it.
# outside: /etc/os-release
FROM debian
RUN . /etc/os-release; export ID="${ID:-none}" FIXED=yes; make packages
