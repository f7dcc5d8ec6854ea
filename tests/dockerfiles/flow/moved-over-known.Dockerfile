# What is moved over a known file is not known.
FROM debian
RUN echo known > /a; echo kept > /b; mv /downloaded /a && export A="$(cat /a)" B="$(cat /b)"; make
