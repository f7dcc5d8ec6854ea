# A line after an unknown text.
# outside: /etc/tool.list
FROM debian
RUN echo last >> /etc/tool.list; export ALL="$(cat /etc/tool.list)" DONE=1; make
