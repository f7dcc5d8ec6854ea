# SHELL names a shell of its own in each stage.
FROM alpine AS a
SHELL ["/bin/ash", "-eo", "pipefail", "-c"]
RUN echo x | tr x y > /f; export A=$(cat /f); make ash
FROM debian
SHELL ["/bin/dash", "-c"]
RUN export A="$(echo 'a\tb')"; make dash
