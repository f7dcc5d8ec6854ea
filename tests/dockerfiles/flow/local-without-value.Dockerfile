# A local without a value differs between shells.
FROM debian
ENV MODE=release
RUN f() { local MODE; make inner; MODE=${MODE:-none}; make assigned; }; f; make outer
