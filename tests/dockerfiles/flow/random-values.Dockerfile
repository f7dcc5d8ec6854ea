# What the shell makes up is not decided.
FROM debian
SHELL ["bash", "-c"]
RUN export R=$RANDOM S=${RANDOM:+some} T=1; make
