# sh -c and bash -c start anew with what is exported.
FROM debian
RUN A=1; export B=2; sh -c 'export C=$A-$B; make sh "$1"' zero arg; bash -c 'export D=${B}x; make bash'; make outer
