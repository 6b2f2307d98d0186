#!/usr/bin/env bash
# Builds for release and measures against ISC Kea; see docs/performance.md. Needs root, for
# network namespaces, and what scripts/setup.sh installs. Options are those of
# tests/perf/bench/bench.py.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
cd "$here"
cargo build --quiet --release -p ruru-dhcpd -p ruru-netconf -p ruru-perf
binaries=${CARGO_TARGET_DIR:-$here/target}/release
exec python3 -B tests/perf/bench/bench.py --binaries "$binaries" "$@"
