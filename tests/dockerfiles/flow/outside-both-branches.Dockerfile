# Both branches give the same value.
FROM debian
RUN if curl -f x; then export A=1 B=1; else export A=1 B=2; fi; make
