#!/usr/bin/env bash
# Runs tests in a virtual machine whose kernel, systemd and containerd are newer than those of this one may be: cgroup v2, user
# namespaces, NFS, a login manager of its own that can be shut down. As root, after `npm run build`:
#
#   tools/guest.sh dist/kubelet/test/real/resize.spec.js [MORE MOCHA ARGUMENTS]
#   tools/guest.sh --sh 'uname -a; cat /proc/cgroups'
#
# The machine is made once, with debootstrap and from the mirror that apt uses here, in $ORRERY_GUEST (/var/tmp/orrery-guest):
# 2 GB; a few minutes. It has no network. Its disks are thrown away after each run. Where /dev/kvm works it is a fast machine;
# elsewhere (or where ORRERY_GUEST_EMULATED is set, as some machines have a /dev/kvm that does not) it is emulated, ten to
# twenty times slower than this one: name single tests. One of them shuts the machine down:
#
#   ORRERY_GUEST_ENDS=ends tools/guest.sh dist/kubelet/test/real/poweroff.spec.js
set -euo pipefail
cd "$(dirname "$0")/.."
guest=${ORRERY_GUEST:-/var/tmp/orrery-guest}
suite=${ORRERY_GUEST_SUITE:-forky}
memory=${ORRERY_GUEST_MEMORY:-4096}
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

fail() {
  echo "tools/guest.sh: $1" >&2
  exit 2
}

[ "$(id -u)" -eq 0 ] || fail "needs root, to make the machine's disk"
for need in qemu-system-x86_64:qemu-system-x86 debootstrap:debootstrap mke2fs:e2fsprogs; do
  command -v "${need%:*}" >/dev/null || fail "${need%:*} is missing: apt-get install ${need#*:}"
done
[ $# -gt 0 ] || fail "say which tests: tools/guest.sh dist/kubelet/test/real/resize.spec.js"

packages="systemd,systemd-sysv,dbus,containerd,runc,containernetworking-plugins,iptables,nftables,conntrack,busybox-static"
packages="$packages,nfs-kernel-server,nfs-common,iproute2,procps,kmod,libstdc++6,util-linux,mount,psmisc,python3-minimal"
packages="$packages,ca-certificates,e2fsprogs,linux-image-cloud-amd64"

# Debian's own archive, as apt reaches it here.
mirror() {
  apt-get indextargets --format '$(REPO_URI) $(LABEL)' 'Identifier: Packages' | awk '$2 == "Debian" { print $1; exit }'
}

make_root() {
  local root=$guest/root uri
  uri=$(mirror)
  [ -n "$uri" ] || fail "apt knows no mirror of Debian here"
  rm -rf "$root"
  echo "making a machine of Debian $suite in $guest"
  mkdir -p "$guest/debs"
  debootstrap --cache-dir="$guest/debs" --variant=minbase --include="$packages" "$suite" "$root" "$uri" /usr/share/debootstrap/scripts/sid \
    >"$guest/debootstrap.log" 2>&1 || fail "debootstrap failed: see $guest/debootstrap.log"
}

# All that the kernel lacks until it has its disk.
make_initrd() { # ROOT
  local tree=$guest/initrd.tree version
  version=$(basename "$1"/lib/modules/*)
  rm -rf "$tree"
  mkdir -p "$tree"/{bin,dev,proc,root}
  cp "$1/bin/busybox" "$tree/bin/"
  {
    printf '#!/bin/busybox sh\n/bin/busybox mount -t devtmpfs dev /dev\n'
    chroot "$1" modprobe -S "$version" --show-depends virtio_blk | while read -r _ module _; do
      case $module in /*) ;; *) continue ;; esac
      case $module in
        *.xz) xz -dc "$1$module" ;;
        *.zst) zstd -dc "$1$module" ;;
        *) cat "$1$module" ;;
      esac >"$tree/bin/$(basename "${module%.ko*}").ko"
      printf '/bin/busybox insmod /bin/%s.ko\n' "$(basename "${module%.ko*}")"
    done
    printf '/bin/busybox mount -t ext4 /dev/vda /root\n/bin/busybox mount --move /dev /root/dev\n'
    printf 'exec /bin/busybox switch_root /root /sbin/init\n'
  } >"$tree/init"
  chmod +x "$tree/init"
  (cd "$tree" && find . | "$tree/bin/busybox" cpio -o -H newc 2>/dev/null) >"$guest/initrd"
  rm -rf "$tree"
}

# What makes it a machine that runs one command and ends.
settle_root() {
  local root=$guest/root
  cp "$root"/boot/vmlinuz-* "$guest/vmlinuz"
  make_initrd "$root"
  printf '/dev/vda / ext4 rw 0 1\n/dev/vdb /orrery ext4 rw 0 2\n' >"$root/etc/fstab"
  mkdir -p "$root/orrery"
  echo orrery-guest >"$root/etc/hostname"
  printf '127.0.0.1 localhost orrery-guest\n' >"$root/etc/hosts"
  # The kubelet starts a containerd of its own, and a pod's NFS server is started by its test.
  chroot "$root" systemctl disable containerd.service nfs-server.service >/dev/null 2>&1 || true
  chroot "$root" systemctl mask getty@.service serial-getty@.service apt-daily.timer apt-daily-upgrade.timer \
    e2scrub_all.timer fstrim.timer >/dev/null 2>&1
  cat >"$root/etc/systemd/system/orrery-tests.service" <<'UNIT'
[Unit]
Description=The tests that this machine is for
After=systemd-logind.service dbus.service
[Service]
Type=exec
ExecStart=/bin/sh /orrery/guest-run
StandardOutput=file:/dev/hvc0
StandardError=file:/dev/hvc0
WorkingDirectory=/orrery
Environment=HOME=/root
KillMode=mixed
TimeoutStopSec=600
LimitNOFILE=1048576
TasksMax=infinity
[Install]
WantedBy=multi-user.target
UNIT
  chroot "$root" systemctl enable orrery-tests.service >/dev/null 2>&1
  rm -rf "$root"/var/cache/apt/archives/*.deb "$root/usr/share/doc" "$root/usr/share/man" "$root/usr/share/locale"
}

disk_of() { # FOLDER IMAGE SIZE
  rm -f "$2"
  mke2fs -q -t ext4 -O ^has_journal -d "$1" "$2" "$3"
}

if [ ! -e "$guest/root.img" ]; then
  [ -e "$guest/root/etc/debian_version" ] && [ -d "$guest/root/lib/modules" ] || make_root
  settle_root
  cp "$(command -v node)" "$guest/root/usr/bin/node"
  disk_of "$guest/root" "$guest/root.img.part" 6G
  mv "$guest/root.img.part" "$guest/root.img"
  rm -rf "$guest/root"
fi

run=$(mktemp -d "$guest/run.XXXXXX")
trap 'rm -rf "$run"' EXIT
mkdir "$run/work"
for entry in *; do cp -a "$entry" "$run/work/"; done
if [ "$1" = --sh ]; then
  command=$2
else
  printf -v command '%q ' node node_modules/mocha/bin/mocha.js --exit --require ./dist/tools/patience.js "$@"
fi
accel=kvm slowness=1
[ -w /dev/kvm ] && [ -z "${ORRERY_GUEST_EMULATED:-}" ] || accel=tcg slowness=10
cat >"$run/work/guest-run" <<GUEST
# When the machine is shut down by its tests, they come to their end first.
trap : TERM
export ORRERY_TEST_SLOWNESS=$slowness ORRERY_TEST_GUEST=${ORRERY_GUEST_ENDS:-stays}
$command
echo \$? >/dev/hvc1
systemctl --no-block poweroff --force
GUEST
disk_of "$run/work" "$run/work.img" 3G
rm -rf "$run/work"

[ $accel = kvm ] || accel=tcg,thread=multi
qemu-system-x86_64 -accel "$accel" -cpu max -smp 2 -m "$memory" -nodefaults -no-reboot -display none -nic none \
  -kernel "$guest/vmlinuz" -initrd "$guest/initrd" \
  -append "root=/dev/vda rw console=ttyS0 quiet net.ifnames=0 mitigations=off" \
  -drive "file=$guest/root.img,if=virtio,format=raw,snapshot=on" \
  -drive "file=$run/work.img,if=virtio,format=raw,cache=unsafe" \
  -serial "file:$guest/console.log" \
  -device virtio-serial -chardev stdio,id=out,signal=off -device virtconsole,chardev=out \
  -chardev "file,id=code,path=$run/code" -device virtconsole,chardev=code </dev/null
code=$(tr -dc 0-9 <"$run/code" 2>/dev/null || true)
[ -n "$code" ] || fail "the machine ended without a result: see $guest/console.log, or try ORRERY_GUEST_EMULATED=yes"
exit "$code"
