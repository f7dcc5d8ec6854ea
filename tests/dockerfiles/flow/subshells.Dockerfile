# Parentheses keep their variables; files stay.
FROM debian
ENV X=0
RUN (export X=1; make inner; echo kept > /f); export Y=$(cat /f); { export Z=1; }; make outer
