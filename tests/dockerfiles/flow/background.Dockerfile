# What is set in the background stays there.
FROM debian
RUN { export X=1; echo bg > /f; } & wait; export Y=1; make
