# Noise for the decoders; RUNS is the number of inputs for each target.
RUNS ?= 1000000

.PHONY: fuzz
fuzz:
	scripts/fuzz.sh $(RUNS)
