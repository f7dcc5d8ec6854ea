# awk and expr on known text.
FROM debian
RUN export A=$(echo 'one two three' | awk '{print $2}') B=$(echo a:b:c | awk -F: '{ print $NF }') C=$(expr 3 + 4) D=$(printf '1 x\n2 y\n' | awk 'NR==2 {print $2}') E=$(echo a | awk '{print $3 "-" $1, NF}'); make
