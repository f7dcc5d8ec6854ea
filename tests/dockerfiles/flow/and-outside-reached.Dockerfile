# After && the outside command has succeeded.
FROM debian
RUN apt-get update && export UPDATED=1 && make; export END=1; cargo build
