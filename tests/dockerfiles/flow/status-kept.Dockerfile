# The status of an outside command kept in a variable.
FROM debian
RUN set +e; curl -f x; STATUS=$?; export STATUS; [ $STATUS -eq 0 ] && export OK=1; export END=1; make
