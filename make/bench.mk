# Measures against ISC Kea and writes the figures into docs/performance.md.
.PHONY: bench
bench:
	scripts/bench.sh
