# set -eux and arch tests, in the manner of official images.
FROM debian:bookworm-slim
ENV GOSU_VERSION 1.17
RUN set -eux; \
	savedAptMark="auto"; \
	arch="$(dpkg --print-architecture | awk -F- '{ print $NF }')"; \
	export GNUPGHOME=/tmp/gnupg; \
	wget -O /usr/local/bin/gosu "https://example.org/$GOSU_VERSION/gosu-$arch"; \
	chmod +x /usr/local/bin/gosu; \
	[ -z "$savedAptMark" ] || apt-mark manual $savedAptMark; \
	gosu --version
