#!/usr/bin/env bash
# Installs what building, testing and the demo need on Debian 12 or later. Safe to run again: what
# is there is left alone. It says what it does, and stops with a reason when something fails.
#
#   RURU_CACHE   where the reference server's root and the Python environment live
#                (default /var/cache/ruru)
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cache=${RURU_CACHE:-/var/cache/ruru}
keyring=/usr/share/keyrings/debian-archive-keyring.gpg
export DEBIAN_FRONTEND=noninteractive

say() { printf 'setup: %s\n' "$*"; }
die() { printf 'setup: error: %s\n' "$*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || die "must run as root: it installs packages, and tests make network namespaces"
command -v apt-get >/dev/null || die "needs Debian: there is no apt-get here"

updated=
update() {
  [ -n "$updated" ] && return
  say "reading package lists"
  apt-get update -qq || die "apt-get update failed; look at the network and /etc/apt"
  updated=1
}

# Installs packages that are not there. Usage: packages [-t SUITE] NAME...
packages() {
  local suite=()
  if [ "$1" = -t ]; then suite=(-t "$2"); shift 2; fi
  local missing=() name
  for name in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$name" 2>/dev/null | grep -qx installed || missing+=("$name")
  done
  [ ${#missing[@]} = 0 ] && return
  update
  say "installing ${missing[*]}"
  apt-get install -qq -y --no-install-recommends "${suite[@]}" "${missing[@]}" >/dev/null ||
    die "cannot install ${missing[*]}"
}

# sysrepo 5 and libyang 6: from the distribution if it has them, else from unstable of the mirror
# that the system uses, pinned so low that nothing else moves.
sysrepo() {
  if pkg-config --atleast-version=5.2 sysrepo 2>/dev/null && command -v sysrepocfg yanglint >/dev/null; then
    return
  fi
  update
  local wanted=(libsysrepo-dev sysrepo libyang-tools) candidate
  candidate=$(apt-cache policy libsysrepo-dev | awk '/Candidate:/ {print $2}')
  if [ -n "$candidate" ] && dpkg --compare-versions "$candidate" ge 5.2; then
    packages "${wanted[@]}"
    return
  fi
  unstable_source
  packages -t unstable "${wanted[@]}"
  pkg-config --atleast-version=5.2 sysrepo || die "sysrepo 5.2 or later is needed"
}

# The mirror of the distribution's own packages. The release's name is of no use here: packages
# from unstable may bring another.
mirror() {
  local uri
  uri=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
    awk '$3 == "main" && $2 !~ /security|updates|backports/ {print $1; exit}')
  [ -n "$uri" ] || die "cannot tell which mirror the system uses; look at /etc/apt/sources.list*"
  echo "$uri"
}

unstable_source() {
  local uri
  uri=$(mirror)
  say "adding unstable of the system's mirror, at priority 100"
  cat > /etc/apt/sources.list.d/ruru-unstable.sources <<SOURCE
Types: deb
URIs: $uri
Suites: unstable
Components: main
Signed-By: $keyring
SOURCE
  cat > /etc/apt/preferences.d/ruru-unstable <<'PIN'
Package: *
Pin: release a=unstable
Pin-Priority: 100
PIN
  updated=
  update
}

# ISC Kea, the reference of tests and benchmarks, in a root directory of its own: its libraries
# would break the host's.
kea() {
  local root=$cache/kea-root uri valid
  [ -x "$root/usr/sbin/kea-dhcp4" ] && [ -x "$root/usr/sbin/kea-dhcp6" ] &&
    [ -e "$root/.complete" ] && return
  update
  uri=$(mirror)
  eval "$(apt-config shell valid Acquire::Check-Valid-Until/b)"
  say "making a root directory with ISC Kea from unstable in $root"
  rm -rf "$root"
  mkdir -p "$cache"
  # The host's word on whether old package lists are good counts here too.
  mmdebstrap --quiet --variant=essential --include=kea-dhcp4-server,kea-dhcp6-server,kea-admin \
    --aptopt="Acquire::Check-Valid-Until \"${valid:-true}\"" --keyring="$keyring" \
    unstable "$root" "$uri" || die "mmdebstrap failed"
  touch "$root/.complete"
}

python() {
  local venv=$cache/venv wanted
  wanted=$(sha256sum < "$here/tests/lab/requirements.txt")
  [ -e "$venv/.complete" ] && [ "$(cat "$venv/.complete")" = "$wanted" ] && return
  say "making a Python environment in $venv"
  rm -rf "$venv"
  mkdir -p "$cache"
  python3 -m venv "$venv" || die "cannot make a Python environment"
  "$venv/bin/pip" install --quiet --requirement "$here/tests/lab/requirements.txt" ||
    die "pip cannot install what tests/lab/requirements.txt names"
  echo "$wanted" > "$venv/.complete"
}

rust() {
  local least=1.95 have
  if ! command -v cargo >/dev/null; then
    die "cargo $least or later is needed: install Rust with rustup, then run this again"
  fi
  have=$(cargo --version | awk '{print $2}')
  dpkg --compare-versions "$have" ge "$least" || die "cargo $least or later is needed, this is $have"
  if ! cargo nextest --version >/dev/null 2>&1; then
    say "installing cargo-nextest"
    cargo install --quiet --locked cargo-nextest || die "cannot install cargo-nextest"
  fi
  if ! cargo deny --version >/dev/null 2>&1; then
    say "installing cargo-deny"
    cargo install --quiet --locked cargo-deny || die "cannot install cargo-deny"
  fi
}

packages gcc g++ make pkg-config python3 python3-venv iproute2 procps openssh-client mmdebstrap
sysrepo
packages isc-dhcp-client udhcpc dhcpcd-base wide-dhcpv6-client dibbler-client isc-dhcp-relay \
  wide-dhcpv6-relay dibbler-relay systemd busybox fuse3 curl openssl user-mode-linux kmod strace
kea
python
rust
say "everything is there"
