# An unknown part leaves decided what the known part decides.
FROM debian
RUN V="v$(curl https://example.org)"; case "$V" in v*) export A=1 ;; *) export A=2 ;; esac; \
    [ -n "$V" ] && export B=1; [ "x$V" = y ] && export C=1; case "$V" in *x86*) export D=1 ;; esac; make
