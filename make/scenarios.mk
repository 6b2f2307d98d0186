.PHONY: scenarios

# The scenarios once more: by the built programs on a wire, and by ISC Kea. Then what dice make up,
# shown to both. On a wire a second may end between two packets, and a lifetime be one shorter: what
# fails is shown once more.
scenarios: build
	RURU_DHCP4=$(TARGET)/debug/ruru-dhcp4 RURU_DHCP6=$(TARGET)/debug/ruru-dhcp6 \
	  SUBJECT=ours-wire $(CARGO) nextest run -p ruru-tests --retries 2 v4/ v6/
	RURU_KEA_ROOT=$(RURU_CACHE)/kea-root SUBJECT=kea \
	  $(CARGO) nextest run -p ruru-tests --retries 2 v4/ v6/
	RURU_KEA_ROOT=$(RURU_CACHE)/kea-root $(CARGO) nextest run -p ruru-tests \
	  --test differential --run-ignored only --success-output final
