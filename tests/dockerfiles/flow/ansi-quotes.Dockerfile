# $'...' and quotes within quotes.
FROM debian
RUN export A='it'"'"'s' B="a\$b\\c\"d" C=a\ b D="q'q"; make
SHELL ["bash", "-c"]
RUN export E=$'tab\there\x41\u0042' F=$"msg"; make
