#!/usr/bin/env bash
# npm test: sets up what the tests need, builds, checks types, lint and format, and runs everything.
# What a machine cannot do (no root, no containerd, no etcd) is skipped by the tests themselves, with the reason.
# Arguments go to mocha: npm test -- --grep 'a living cluster'
set -euo pipefail
cd "$(dirname "$0")/.."
# Root's programs, which the PATH of a user (and of root after a plain su) lacks.
PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"

packages="containerd runc containernetworking-plugins iptables nftables conntrack busybox-static iproute2 procps etcd-server etcd-client"
programs="containerd runc iptables nft conntrack busybox ip ps etcd etcdctl"
have() { command -v "$1" >/dev/null 2>&1; }
# A mirror that is silent, or that trickles, must not hold the tests up for ever. What changes the system is never cut short.
apt() {
  DEBIAN_FRONTEND=noninteractive $1 apt-get -o DPkg::Lock::Timeout=300 -o Acquire::http::Timeout=30 \
    -o Acquire::https::Timeout=30 -o Acquire::Retries=1 -qq "${@:2}" </dev/null
}
limit="timeout --foreground 600"

need=""
for program in $programs; do have "$program" || need=yes; done
[ -x /usr/lib/cni/bridge ] || [ -x /opt/cni/bin/bridge ] || need=yes
if [ -n "$need" ]; then
  if [ "$(id -u)" -eq 0 ] && have apt-get; then
    echo "installing what the tests need with apt-get"
    log=$(mktemp)
    {
      apt "$limit" update || echo "the package lists could not be brought up to date"
      apt "$limit" install -y --no-install-recommends --download-only $packages &&
        apt "" install -y --no-install-recommends $packages
    } >"$log" 2>&1 ||
      { tail -n 20 "$log"; echo "some packages could not be installed: the tests that need them will be skipped"; }
    rm -f "$log"
  else
    echo "not everything the tests need is installed: as root, 'apt-get install $packages' brings it; tests that need more will be skipped"
  fi
fi

# The launcher installs the npm packages and builds, for the clone's owner.
./orrery help >/dev/null

# What independent clients are tested with. None is needed, so one that cannot be had costs its own tests only, and little time.
limit="timeout --foreground 180"
if [ ! -d /usr/lib/python3/dist-packages/kubernetes ] && [ "$(id -u)" -eq 0 ] && have apt-get; then
  echo "installing Debian's Python client of Kubernetes with apt-get"
  { apt "$limit" install -y --no-install-recommends --download-only python3-kubernetes &&
    apt "" install -y --no-install-recommends python3-kubernetes; } >/dev/null 2>&1 ||
    echo "python3-kubernetes could not be installed: the tests that need it will be skipped"
fi

# A bus of its own with a login manager that only says so: a node that shuts down.
if [ "$(id -u)" -eq 0 ] && have apt-get &&
  ! { have dbus-daemon && /usr/bin/python3 -c 'import dbus, gi' 2>/dev/null; }; then
  echo "installing Debian's dbus-daemon, python3-dbus and python3-gi with apt-get"
  { apt "$limit" install -y --no-install-recommends --download-only dbus-daemon python3-dbus python3-gi &&
    apt "" install -y --no-install-recommends dbus-daemon python3-dbus python3-gi; } >/dev/null 2>&1 ||
    echo "they could not be installed: the tests that need them will be skipped"
fi

# What Debian's next release has, from the mirror that this machine has Debian from. Its lists lie in a folder of their own for as long as
# they are needed: the machine's stay as they are, and nothing of it is ever installed.
next=$(mktemp -d)
trap 'rm -rf "$next"' EXIT
apt_next() {
  apt "$limit" -o Dir::Etc::sourcelist="$next/debian.sources" -o Dir::Etc::sourceparts=/dev/null -o Dir::Etc::preferencesparts=/dev/null \
    -o Dir::State::lists="$next/lists" -o Dir::State::status=/dev/null -o Dir::Cache="$next/cache" -o Acquire::Languages=none "$@"
}
lists_of_next() {
  [ -d "$next/lists" ] && return
  local keyring mirror site='$(LABEL) $(SITE)'
  keyring=$(ls /usr/share/keyrings/debian-archive-keyring.[gp]*) || return
  mirror=$(apt "$limit" indextargets --format "$site" | sed -n 's/^Debian //p') && [ -n "$mirror" ] || return
  printf '%s\n' 'Types: deb' "URIs: ${mirror%%$'\n'*}" 'Suites: testing' 'Components: main' "Signed-By: ${keyring%%$'\n'*}" >"$next/debian.sources"
  chmod 755 "$next"
  mkdir -p "$next/lists/partial" "$next/cache/archives/partial"
  apt_next update
}

# Unpacked beside the build, never installed: another kubectl may own /usr/bin/kubectl, and the others would start services.
# unpack PACKAGE FOLDER PROGRAM [next]
unpack() {
  [ ! -x "dist/$2/usr/bin/$3" ] && have apt-get && have dpkg-deb || return 0
  local folder
  folder=$(mktemp -d)
  chmod 755 "$folder"
  {
    if [ "${4:-}" = next ]; then
      lists_of_next && (cd "$folder" && apt_next download "$1")
    else
      (cd "$folder" && { apt "$limit" download "$1" || { apt "$limit" update && apt "$limit" download "$1"; }; })
    fi && mkdir -p "dist/$2" && dpkg-deb -x "$folder/$1"*.deb "dist/$2"
  } >/dev/null 2>&1 || echo "Debian's package $1 could not be fetched: the tests that need it will be skipped"
  rm -rf "$folder"
}
unpack kubernetes-client kubectl-debian kubectl
unpack docker-registry docker-registry-debian docker-registry
unpack kubectl kubectl-debian-next kubectl next
unpack prometheus prometheus-debian-next prometheus next
unpack promtool prometheus-debian-next promtool next
have kubectl || PATH="$PATH:$PWD/dist/kubectl-debian-next/usr/bin:$PWD/dist/kubectl-debian/usr/bin"

# What lint finds does not keep the tests from running, and fails the whole all the same.
lint=passed
npm run --silent lint || lint=failed
code=0
# Side by side, as many files as there are processors, up to four: most of their time is waiting.
jobs=$(nproc 2>/dev/null || echo 2)
npx --no-install mocha --exit --parallel --jobs $((jobs < 4 ? jobs : 4)) "dist/**/*.test.js" "$@" || code=$?
if [ "$lint" = failed ]; then
  echo "lint failed: its findings stand above the tests' output; 'npm run format' mends most of them"
  [ "$code" -ne 0 ] || code=1
fi
exit "$code"
