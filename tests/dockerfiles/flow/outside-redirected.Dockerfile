# What goes to /dev/null does not count; a status does.
FROM debian
RUN export A=$(curl x > /dev/null; echo done); curl y > /log 2>&1 && export B=ok || export B=failed; make
