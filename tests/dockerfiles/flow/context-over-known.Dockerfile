# The build context may overwrite a file that a RUN wrote.
# outside: /keep/none
FROM debian
RUN mkdir -p /app /other && echo mine > /app/config && echo other > /other/config
COPY . /app
RUN export A=$(cat /other/config); make
