# Arrays of bash: elements, slices, append, lengths, keys, unset.
FROM debian
SHELL ["/bin/bash", "-c"]
RUN A=(one "two three" four); A[5]=six; A+=(seven); export N=${#A[@]} F=$A S="${A[*]:1:2}" K="${!A[*]}" L=${A[-1]}; \
    declare -A M=([x]=1 [y]=2); M[z]=3; export X=${M[x]} Z=${M[z]} C=${#M[@]}; \
    unset 'A[0]'; export R=${#A[@]}; IFS=,; export J="${A[*]}"; make
