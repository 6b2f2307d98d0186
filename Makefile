# Everything from a fresh Debian machine: `make demo` and `make test`, as root.

CARGO ?= cargo
RURU_CACHE ?= /var/cache/ruru
TARGET = $(or $(CARGO_TARGET_DIR),$(CURDIR)/target)
PYTHON = $(RURU_CACHE)/venv/bin/python
export RURU_CACHE
# Tests call python3 and pyang by name.
export PATH := $(RURU_CACHE)/venv/bin:$(PATH)

.PHONY: demo test setup build check unit lab install clean

# The main job end to end with real clients, told as a story.
demo: setup
	$(CARGO) build --release --bins
	RURU_BINARIES=$(TARGET)/release $(PYTHON) tests/lab/demo.py

# Every test.
test: setup check unit scenarios lab

# What building and testing need.
setup:
	scripts/setup.sh

build:
	$(CARGO) build --bins

# What needs no running.
check:
	$(CARGO) fmt --check
	$(CARGO) clippy --workspace --all-targets -- --deny warnings
	RUSTDOCFLAGS="--deny warnings" $(CARGO) doc --workspace --no-deps --quiet
	$(CARGO) deny --log-level error check bans licenses sources

# Unit, property, structure and scenario tests, and those with sysrepo.
unit:
	$(CARGO) nextest run --workspace

# Real clients, relays, NETCONF clients and ISC Kea in network namespaces.
lab: build
	cd tests/lab && RURU_BINARIES=$(TARGET)/debug $(PYTHON) -m pytest

include make/*.mk

PREFIX ?= /usr/local
install:
	$(CARGO) build --release --bins
	install -D -t $(DESTDIR)$(PREFIX)/sbin $(TARGET)/release/ruru-dhcp4 $(TARGET)/release/ruru-dhcp6 \
	  $(TARGET)/release/ruru-netconf
	install -D -t $(DESTDIR)$(PREFIX)/bin $(TARGET)/release/ruru $(TARGET)/release/ruru-perf
	install -D -m 644 -t $(DESTDIR)$(PREFIX)/share/ruru/yang yang/*.yang yang/ietf/*.yang

clean:
	$(CARGO) clean
