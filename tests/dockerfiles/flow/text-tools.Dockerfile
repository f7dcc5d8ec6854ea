# tr, sed and cut on known text, chained.
FROM debian
ARG TARGETPLATFORM
RUN export A=$(echo "$TARGETPLATFORM" | cut -d/ -f2,3 | tr / _ | tr a-z A-Z) B=$(echo "$TARGETPLATFORM" | sed 's|linux/||; s|/|-|g') \
      C=$(printf '%s\n' c b a | sort | head -n 1) D=$(echo aabbcc | tr -s a-c) E=$(echo x-y-z | sed -n 's/\(.*\)-\(.*\)/\2:\1/p') \
      F=$(printf 'a\nb\nc\n' | tail -n +2 | tr '\n' ,) G=$(echo abc | cut -c2-) H=$(printf 'k=v\n' | grep -c k); make
