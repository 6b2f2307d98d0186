.PHONY: scenarios

# The scenarios once more: by the built program on a wire, and by ISC Kea. Then what dice make up,
# shown to both.
scenarios: build
	RURU_DHCP4=$(TARGET)/debug/ruru-dhcp4 RURU_DHCP6=$(TARGET)/debug/ruru-dhcp6 \
	  SUBJECT=ours-wire $(CARGO) nextest run -p ruru-tests v4/ v6/
	RURU_KEA_ROOT=$(RURU_CACHE)/kea-root SUBJECT=kea $(CARGO) nextest run -p ruru-tests v4/ v6/
	RURU_KEA_ROOT=$(RURU_CACHE)/kea-root $(CARGO) nextest run -p ruru-tests \
	  --test differential --run-ignored only --success-output final
