# Arithmetic on what nproc prints.
FROM debian
RUN export JOBS=$(($(nproc) / 2)) FIXED=$((4 / 2)); make -j"$JOBS"
