# A loop over files of the base image.
# outside: /etc/conf.d/one.conf
FROM debian
RUN for c in /etc/conf.d/*.conf; do [ -f "$c" ] && export LAST="$c"; done; export AFTER=1; make
