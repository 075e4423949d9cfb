# SPDX-License-Identifier: GPL-2.0-or-later
# vmdoctor - make help shows the targets.

VERSION := 0.1.0
PREFIX ?= /usr/local
DATADIR := $(PREFIX)/share/vmdoctor
BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g

LIBS := glib-2.0 json-glib-1.0 libxml-2.0 libvirt libvirt-qemu libosinfo-1.0
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough
HARDENING := -fstack-protector-strong -fPIE $(if $(findstring -O,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
# A user's build never fails for a new compiler's warning; ours does.
WERROR ?=
SANITIZE ?=

PC_CFLAGS := $(shell pkg-config --cflags $(LIBS))
PC_LIBS := $(shell pkg-config --libs $(LIBS))
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) $(HARDENING) $(SANITIZE) $(CFLAGS) \
	-D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DRULES_DIR='"$(DATADIR)/rules"' \
	-Isrc -Ichecks -Ireport $(PC_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)

SOURCES := $(wildcard src/*.c checks/*.c report/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY := $(BUILD)/libvmdoctor.a
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

all: vmdoctor

vmdoctor: $(BUILD)/vmdoctor
	$(Q)cp $< $@

$(BUILD)/vmdoctor: $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS)

$(LIBRARY): $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) \
		$(PC_LIBS) $(shell pkg-config --cflags --libs cmocka)

# Changed flags rebuild everything.
$(BUILD)/flags: FORCE
	$(Q)mkdir -p $(BUILD) && echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' | \
		cmp -s - $@ || echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $@

-include $(OBJECTS:.o=.d) $(TESTS:=.d)

clean:
	rm -rf $(BUILD) build-* vmdoctor

.PHONY: all clean FORCE
.SECONDARY:
