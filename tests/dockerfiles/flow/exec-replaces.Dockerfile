# exec ends the script.
FROM debian
RUN export A=1; X=2 exec make last; make never
