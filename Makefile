# The few words that everybody needs; the work is done by meson.build. Each target does what it needs first.
#
#   make deps    installs what is missing of debian-packages.txt
#   make build   build/phieu
#   make demo    the main job, from printing to export, in ./demo
#   make test    all tests, twice: as built, and under AddressSanitizer and UBSan
#   make bench   how fast this machine is

BUILD   := build
ASAN    := build-asan
WERROR  := true
DEMO    := demo

SETUP   := meson setup -Dwerror=$(WERROR)

.PHONY: deps build build-asan demo test bench

deps:
	@wanted=$$(sed 's/#.*//' debian-packages.txt); missing=; \
	have=$$(dpkg-query -W -f '$${db:Status-Status} $${Package}\n' $$wanted 2>/dev/null | sed -n 's/^installed //p'); \
	for package in $$wanted; do \
		echo "$$have" | grep -qx -- "$$package" || missing="$$missing $$package"; \
	done; \
	if [ -n "$$missing" ]; then \
		echo "Installing:$$missing"; \
		[ "$$(id -u)" -eq 0 ] && root= || root=sudo; \
		$$root apt-get update -q && \
		$$root env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $$missing; \
	fi

build: deps
	@test -f $(BUILD)/build.ninja || $(SETUP) $(BUILD)
	@ninja -C $(BUILD)

demo: build
	@$(BUILD)/phieu demo --no-console $(DEMO)

build-asan: deps
	@test -f $(ASAN)/build.ninja || $(SETUP) -Db_sanitize=address,undefined -Db_lundef=false $(ASAN)
	@ninja -C $(ASAN)

test: build build-asan
	@tests/run.sh $(BUILD) $(ASAN)

bench: build
	@$(BUILD)/phieu bench
