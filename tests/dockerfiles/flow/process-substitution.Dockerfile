# Here-strings and process substitution of bash.
FROM debian
SHELL ["bash", "-c"]
RUN read -r A B <<< "one two three"; export A B; mapfile -t L < <(printf 'x\ny\n'); export N=${#L[@]} S=${L[1]}; make
