# env with assignments, -u, -i, and nested.
FROM debian
ENV A=1 B=2
RUN env A=9 C=3 make set; env -u A make unset; env -i PATH="$PATH" D=4 make clear; env B=5 env E=6 make nested; make plain
