# Prefixes of commands, of functions, of special builtins, and before nothing.
FROM debian
ENV X=env
RUN X=1 make one; X=2 Y=3 sh -c 'make two'; f() { make three; }; Z=4 f; X=5; make four; A=1 : ; make five
