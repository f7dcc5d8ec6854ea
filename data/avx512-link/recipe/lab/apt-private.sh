# Sourced. Private apt: fetch Debian packages without touching the machine's own apt state.
#
# apt_private DIR SUITE ARCH   prepares DIR/apt.conf for one suite and one architecture and updates its lists.
# apt_fetch DIR PACKAGE...     downloads packages (no dependencies) into DIR/debs.
# The mirror is whatever the machine's own apt settings name; it is written nowhere else.

machine_mirror() {
    apt-get indextargets --format '$(REPO_URI) $(COMPONENT)' 'Created-By: Packages' |
        awk '$2 == "main" && $1 ~ /\/debian\/$/ { print $1; exit }'
}

apt_private() {
    local dir=$1 suite=$2 arch=$3
    mkdir -p "$dir"/{state/lists/partial,cache/archives/partial,etc,debs}
    : > "$dir/state/status"
    echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $(machine_mirror) $suite main" > "$dir/etc/sources.list"
    cat > "$dir/apt.conf" <<CONF
Dir::State "$dir/state";
Dir::State::status "$dir/state/status";
Dir::Cache "$dir/cache";
Dir::Etc::sourcelist "$dir/etc/sources.list";
Dir::Etc::sourceparts "/dev/null";
Dir::Etc::preferencesparts "/dev/null";
APT::Architecture "$arch";
APT::Architectures { "$arch"; };
APT::Sandbox::User "root";
Acquire::Languages "none";
CONF
    APT_CONFIG="$dir/apt.conf" apt-get -qq update
}

apt_fetch() {
    local dir=$1
    shift
    (cd "$dir/debs" && APT_CONFIG="$dir/apt.conf" apt-get -qq download "$@")
}
