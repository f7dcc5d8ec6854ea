# A line in a profile that no shell of a RUN reads.
FROM debian
RUN echo 'export PROFILE=1' >> /etc/profile
RUN make
