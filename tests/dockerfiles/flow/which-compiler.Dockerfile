# A path by an outside command, with a fallback that is known.
FROM debian
RUN export CC="$(which clang || which gcc)" CXX="${CXX:-g++}"; make
