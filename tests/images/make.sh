#!/bin/sh
# Image archives as buildah 1.28 pushes them: two layers of amd64, the second of which removes one.o,
# replaces two.o, adds an archive and a link; and an index of two platforms.
# Needs root, buildah, gcc and gcc-aarch64-linux-gnu. Usage: make.sh FOLDER
set -eu
cd "$1"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
echo '{"default": [{"type": "insecureAcceptAnything"}]}' >"$work/policy.json"
image() { verb=$1; shift; buildah --root "$work/r" --runroot "$work/rr" --storage-driver vfs "$verb" "$@"; }
trusted() { verb=$1; shift; image "$verb" --signature-policy "$work/policy.json" "$@"; }
for name in one two three changed; do
    echo "int $name(int a) { return a; }" | gcc -x c -c - -o "$work/$name.o"
done
echo 'int two(int a) { return a; }' | aarch64-linux-gnu-gcc -x c -c - -o "$work/arm.o"
ar rc "$work/libk.a" "$work/three.o"

first=$(trusted from --arch amd64 scratch)
image copy "$first" "$work/one.o" "$work/two.o" "$work/three.o" /usr/lib/
trusted commit "$first" base
second=$(trusted from --pull-never base)
root=$(image mount "$second")
rm "$root/usr/lib/one.o"
cp "$work/changed.o" "$root/usr/lib/two.o"
cp "$work/libk.a" "$root/usr/lib/"
ln -s two.o "$root/usr/lib/link.o"
image umount "$second"
trusted commit "$second" second
trusted push second "oci-archive:$PWD/oci.tar"
trusted push second "docker-archive:$work/docker.tar:second:latest"
gzip -9n <"$work/docker.tar" >docker.tar.gz

for pair in amd64:two arm64:arm; do
    one=$(trusted from --arch "${pair%:*}" scratch)
    image copy "$one" "$work/${pair#*:}.o" /usr/lib/two.o
    image config --os linux --arch "${pair%:*}" "$one"
    trusted commit --manifest both "$one"
done
trusted manifest push --all both "oci-archive:$PWD/platforms.tar"
