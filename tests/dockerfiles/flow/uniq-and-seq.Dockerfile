# seq, uniq, tac, rev, tee.
FROM debian
RUN export A="$(seq -s, 3 2>/dev/null | tr '\n' ' ')" B=$(printf 'a\na\nb\n' | uniq | wc -l) C=$(echo abc | rev) D="$(seq 2 2 6 | tac | tr '\n' .)"; \
    echo t | tee /t1 /t2 > /dev/null; export E=$(cat /t1 /t2 | tr -d '\n'); make
