# The first compiler that answers, out of a list.
FROM debian
RUN for cc in clang gcc; do if $cc --version > /dev/null 2>&1; then break; fi; done; export CC=$cc LANG_STD=c11; make
