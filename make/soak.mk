# The durability tests in their long form: so many kills and power failures.
.PHONY: soak
SOAK ?= 100
soak: setup build
	cd tests/lab && RURU_SOAK=$(SOAK) RURU_BINARIES=$(TARGET)/debug $(PYTHON) -m pytest test_durability.py
