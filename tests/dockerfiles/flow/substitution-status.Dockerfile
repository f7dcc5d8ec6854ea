# The status of a substitution decides.
FROM debian
RUN if OUT=$(curl -f x); then export GOT=yes; else export GOT=no; fi; export LEN=${OUT:+some} END=1; make
