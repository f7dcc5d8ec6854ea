# Wrappers that call another command.
FROM debian
RUN export A=1; nice -n 5 make nice; timeout 60 make timeout; nohup make nohup; B=2 env make env
