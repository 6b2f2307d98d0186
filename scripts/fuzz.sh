#!/usr/bin/env bash
# Runs each fuzz target for a number of inputs, from the seeds and what earlier runs kept.
#
#   scripts/fuzz.sh [RUNS [TARGET...]]     (default: 1000000 inputs, every target)
#
# What it finds is kept in tests/fuzz/artifacts; a find becomes a seed once it is mended.
set -euo pipefail

here=$(cd "$(dirname "$0")/.." && pwd)
runs=${1:-1000000}
shift || true
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(packet packet6 exchange4 exchange6 passed configuration command command6
  expression request)

# Instrumentation is behind a switch of the compiler that stable releases keep shut.
export RUSTC_BOOTSTRAP=1
if ! cargo fuzz --version >/dev/null 2>&1; then
  echo "fuzz: installing cargo-fuzz"
  cargo install --quiet --locked cargo-fuzz
fi

for target in "${targets[@]}"; do
  case $target in
    packet | exchange4) words=packet.dict length=1500 ;;
    packet6 | exchange6 | passed) words=packet6.dict length=1500 ;;
    expression) words=expression.dict length=1024 ;;
    *) words=json.dict length=4096 ;;
  esac
  mkdir -p "$here/tests/fuzz/corpus/$target"
  echo "fuzz: $target, $runs inputs"
  # The crates have no unsafe code, so that an address sanitizer has nothing to find.
  cargo fuzz run --fuzz-dir "$here/tests/fuzz" --sanitizer none "$target" \
    "$here/tests/fuzz/corpus/$target" "$here/tests/noise/seeds/$target" -- \
    -runs="$runs" -max_len=$length -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
    -dict="$here/tests/noise/$words"
done
