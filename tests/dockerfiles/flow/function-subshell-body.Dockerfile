# A function whose body is a subshell keeps nothing.
FROM debian
RUN f() ( export X=inner; make sub ); f; export Y=${X-unset}; make
