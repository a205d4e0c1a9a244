#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
#
# A guest for tests and benchmarks: sh vm/image.sh BUILD makes BUILD/vm/{vmlinuz,initramfs} of Debian's cloud
# kernel, busybox, and the tools and the library of BUILD. In user space two seconds after it was started.
# The kernel is the machine's if it has one of that kind, else it is downloaded, not installed.
# Exits 77, having said why, where something is missing that this cannot get.
set -e
here=$(realpath "$(dirname "$0")")
build=$(realpath "$1")
out=$build/vm

lack() {
	echo "no guest can be made here: $1"
	exit 77
}

for program in qemu-system-x86_64 cpio gzip; do
	command -v $program >/dev/null || lack "$program is missing"
done
busybox=$(command -v busybox) || lack "busybox is missing"
! ldd "$busybox" >/dev/null 2>&1 || lack "busybox-static is needed, this one is not static"

! ldd "$build/lib/libunetmap.so" | grep -q libasan || lack "programs with sanitizers do not fit in"

# ---- the kernel: a folder that looks like / ----

newest() {
	ls -d "$1"/boot/vmlinuz-*-cloud-amd64 2>/dev/null | sort -V | tail -n 1
}

download() {
	mkdir -p "$out/kernel"
	package=$(apt-cache depends linux-image-cloud-amd64 2>/dev/null | sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p')
	[ "$package" ] || { apt-get update >/dev/null 2>&1 && package=$(apt-cache depends linux-image-cloud-amd64 |
		sed -n 's/^ *Depends: \(linux-image-[0-9].*\)/\1/p'); }
	[ "$package" ] || return 1
	(cd "$out/kernel" && apt-get download "$package" >/dev/null 2>&1) || return 1
	dpkg-deb -x "$out"/kernel/linux-image-*.deb "$out/kernel" && rm -f "$out"/kernel/linux-image-*.deb
}

root=
[ "$(newest "$root")" ] || root=$out/kernel
[ "$(newest "$root")" ] || download || lack "linux-image-cloud-amd64 can neither be found nor downloaded"
kernel=$(newest "$root")
modules=$root/lib/modules/${kernel##*/vmlinuz-}

# ---- the initramfs ----

tools="pkt-gen nmstat nmio bridge unetmap-run"
stamp=$out/initramfs
if [ -e "$stamp" ] && [ "$stamp" -nt "$here/init" ] && [ "$stamp" -nt "$build/lib/libunetmap.so" ] &&
	[ "$stamp" -nt "$build/bin/pkt-gen" ] && [ "$stamp" -nt "$here/image.sh" ]; then
	exit 0
fi
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
chmod 755 "$tree"
mkdir -p "$tree/bin" "$tree/lib/modules" "$tree/proc" "$tree/sys" "$tree/dev" "$tree/tmp" "$tree/etc" "$tree/unetmap/bin" "$tree/unetmap/lib"
cp "$busybox" "$tree/bin/busybox"
cp "$here/init" "$tree/init"
chmod 755 "$tree/init"
echo 'root:x:0:0::/:/bin/sh
user:x:1000:1000::/tmp:/bin/sh' >"$tree/etc/passwd"
for tool in $tools; do cp "$build/bin/$tool" "$tree/unetmap/bin/"; done
cp "$build/lib/libunetmap.so" "$tree/unetmap/lib/"
[ ! -e "$build/vm/hostile" ] || cp "$build/vm/hostile" "$tree/unetmap/bin/"
strip -g "$tree"/unetmap/bin/* "$tree/unetmap/lib/libunetmap.so" 2>/dev/null || true
ldd "$build/bin/pkt-gen" "$build/lib/libunetmap.so" | sed -n 's/.* => \(\/[^ ]*\).*/\1/p; s/^[[:space:]]*\(\/[^ ]*\) (.*/\1/p' |
	sort -u | while read -r library; do
	case $library in
	*/ld-linux*) mkdir -p "$tree/lib64" && cp -L "$library" "$tree/lib64/" ;;
	*) cp -L "$library" "$tree/lib/" ;;
	esac
done
for module in virtio_ring virtio virtio_pci_modern_dev virtio_pci_legacy_dev virtio_pci failover net_failover virtio_net tun; do
	find "$modules" -name "$module.ko*" -exec cp {} "$tree/lib/modules/" \;
done
(cd "$tree" && find . | cpio -o -H newc --quiet | gzip -1) >"$stamp.new"
cp "$kernel" "$out/vmlinuz"
mv "$stamp.new" "$stamp"
