# The durability tests in their long form: so many kills and power failures of each server. Leases
# pile up, so the servers are built for release.
.PHONY: soak
SOAK ?= 100
soak: setup
	$(CARGO) build --release -p ruru-dhcpd
	cd tests/lab && RURU_SOAK=$(SOAK) RURU_BINARIES=$(TARGET)/release $(PYTHON) -m pytest test_durability.py
