# An outside command in the background does not hold anything up.
FROM debian
RUN curl x & export A=1; wait; export B=1; make
