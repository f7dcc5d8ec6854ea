# A case over what an outside command prints; one branch value is shared.
FROM debian
RUN case "$(lsb_release -cs)" in \
      7*) export SUITE=seven LIBC=gnu ;; \
      *) export SUITE=other LIBC=gnu ;; \
    esac; make
