# local: with a value, without, of an exported name, exported inside.
FROM debian
ENV MODE=release
RUN f() { local MODE=debug; local X=1; export X; local Y; Y=2; make inner; }; \
    f; make outer
