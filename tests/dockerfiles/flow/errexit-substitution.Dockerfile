# A failing substitution ends an assignment, not an export.
FROM debian
RUN set -e; export A=$(false); make one; B=$(false); make two
