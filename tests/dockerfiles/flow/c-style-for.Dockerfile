# The arithmetic loop of bash.
FROM debian
SHELL ["bash", "-c"]
RUN for ((i = 0, j = 9; i < 3; i++, j -= 2)); do S+=$i; done; export S J=$j; make
