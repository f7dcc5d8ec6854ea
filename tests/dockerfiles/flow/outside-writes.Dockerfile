# A file that an outside command writes is not known any more.
FROM debian
RUN echo a > /f; echo b > /g; fill /f; export F=$(cat /f) G=$(cat /g); make
