#!/bin/bash
# Runs programs on an emulated machine whose CPU has AVX-512. Usage: avx512-machine.sh LAB {fetch | MODEL PROGRAM...}
#
# MODEL is one of bochs' CPU models: corei7_skylake_x has AVX-512 F, CD, BW, DQ and VL, and nothing of later CPUs. (qemu
# cannot do this: its TCG knows no AVX-512.) Debian's kernel boots from a CD image with the programs in its initramfs; what
# they print comes out here, each between `BEGIN NAME` and `ENDED NAME STATUS`, with the status as a shell counts it. The C
# library is the toolchain image's. Needs LAB/rootfs; two to four minutes.
#
# clearcpuid: bochs 2.7 tells two sizes for the compact form of the register state; the kernel would give up AVX altogether.
# With newer models (tigerlake) it finds the state misordered even so.
set -euo pipefail
lab=$(realpath "$1")
model=$2
shift 2
here=$(cd "$(dirname "$0")" && pwd)
. "$here/apt-private.sh"

root=$lab/bochs-root
work=$lab/bochs-run
export LD_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu
export LTDL_LIBRARY_PATH=$root/usr/lib/x86_64-linux-gnu/bochs/plugins

fetch() {
    [ -e "$root/.complete" ] && return
    local apt=$lab/apt-bochs kernel
    apt_private "$apt" bookworm amd64
    # What the machine has need not come again; it is not changed.
    cp /var/lib/dpkg/status "$apt/state/status"
    APT_CONFIG=$apt/apt.conf apt-get -qq install -y --download-only --no-install-recommends bochs bochs-term genisoimage
    kernel=$(APT_CONFIG=$apt/apt.conf apt-cache depends linux-image-amd64 | awk '$1 == "Depends:" { print $2; exit }')
    apt_fetch "$apt" "$kernel" busybox-static cpio isolinux syslinux-common bochs bochs-term bochsbios vgabios genisoimage
    mkdir -p "$root"
    for deb in "$apt"/cache/archives/*.deb "$apt"/debs/*.deb; do
        dpkg -x "$deb" "$root"
    done
    touch "$root/.complete"
}

initramfs() {
    local libraries=/lib/x86_64-linux-gnu program
    rm -rf "$work/initramfs"
    mkdir -p "$work/initramfs"/{bin,proc,dev,lib64,lib/x86_64-linux-gnu,programs}
    cp "$root/bin/busybox" "$work/initramfs/bin/"
    cp "$lab/rootfs$libraries"/{libc.so.6,libm.so.6,libgcc_s.so.1} "$work/initramfs$libraries/"
    cp -L "$lab/rootfs/lib64/ld-linux-x86-64.so.2" "$work/initramfs/lib64/"
    for program in "$@"; do
        install -m 755 "$program" "$work/initramfs/programs/"
    done
    cat > "$work/initramfs/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t devtmpfs dev /dev
exec > /dev/ttyS0 2>&1
echo "BEGIN cpuinfo"
/bin/busybox grep -m1 '^flags' /proc/cpuinfo
echo "ENDED cpuinfo 0"
for program in /programs/*; do
    echo "BEGIN ${program##*/}"
    "$program"
    echo "ENDED ${program##*/} $?"
done
echo "ALL ENDED"
# The serial line is slow, and power goes at once.
/bin/busybox sleep 1
/bin/busybox poweroff -f
INIT
    chmod 755 "$work/initramfs/init"
    (cd "$work/initramfs" && find . | "$root/bin/cpio" -o -H newc --quiet -R 0:0) > "$work/cd/initrd"
}

boot_image() {
    mkdir -p "$work/cd"
    initramfs "$@"
    cp "$root"/boot/vmlinuz-* "$work/cd/vmlinuz"
    cp "$root/usr/lib/ISOLINUX/isolinux.bin" "$root/usr/lib/syslinux/modules/bios/ldlinux.c32" "$work/cd/"
    cat > "$work/cd/isolinux.cfg" <<'CFG'
default linux
prompt 0
label linux
  kernel vmlinuz
  append initrd=initrd console=ttyS0 loglevel=0 nokaslr mitigations=off rdinit=/init random.trust_cpu=on tsc=reliable clearcpuid=xsavec,xsaves
CFG
    "$root/usr/bin/genisoimage" -quiet -o "$work/boot.iso" -b isolinux.bin -c boot.cat \
        -no-emul-boot -boot-load-size 4 -boot-info-table "$work/cd"
}

run() {
    cat > "$work/bochsrc" <<RC
display_library: term
cpu: model=$model, count=1, ips=50000000, reset_on_triple_fault=0
memory: guest=256, host=256
romimage: file=$root/usr/share/bochs/BIOS-bochs-latest
vgaromimage: file=$root/usr/share/vgabios/vgabios.bin
ata0: enabled=1
ata0-master: type=cdrom, path=$work/boot.iso, status=inserted
boot: cdrom
com1: enabled=1, mode=file, dev=$work/serial.txt
clock: sync=none, time0=1600000000
log: $work/bochs.log
panic: action=fatal
error: action=report
info: action=ignore
RC
    # Debian's bochs has its debugger built in: tell it to go on.
    echo c > "$work/continue"
    rm -f "$work/serial.txt"
    # It wants a terminal; power off ends it with a panic of its own. What counts is the serial line.
    timeout 1800 script -qec "$root/usr/bin/bochs-bin -q -f $work/bochsrc -rc $work/continue" /dev/null \
        < /dev/null > "$work/terminal.txt" 2>&1 || true
    tr -d '\r' < "$work/serial.txt"
    grep -q 'ALL ENDED' "$work/serial.txt"
}

fetch
[ "$model" = fetch ] && exit
boot_image "$@"
run
