# The JSON form has no shell; sh -c in it has one.
FROM debian
ENV X=1
RUN ["make", "$X"]
RUN ["sh", "-c", "export Y=$X; make sh"]
RUN ["bash", "-c", "export Z=${X/1/2}; make bash"]
