# eval of what an outside command prints.
FROM debian
RUN export A=1; eval "$(ssh-agent -s)"; export B=1; make
