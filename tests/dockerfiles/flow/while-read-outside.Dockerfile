# Lines of a file of the base image.
FROM debian
RUN while read -r line; do export LINE=$line; done < /etc/targets; export AFTER=1; make
