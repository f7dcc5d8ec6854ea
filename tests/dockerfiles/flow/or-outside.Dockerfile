# The status of an outside command before || decides one value, not the other.
FROM debian
RUN curl -f https://example.org || export OFFLINE=1; export ALWAYS=1; make
