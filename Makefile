# SPDX-License-Identifier: GPL-2.0-or-later
# vmdoctor - make help shows the targets.

VERSION := 0.1.0
PREFIX ?= /usr/local
DATADIR := $(PREFIX)/share/vmdoctor
LOCALEDIR ?= $(PREFIX)/share/locale
BUILD ?= build
CC ?= gcc
CFLAGS ?= -O2 -g

# An include names the folder of its header ("source/record.h"), so that the layers can be read.
INCLUDES := -Isrc -I.
LIBS := glib-2.0 json-glib-1.0 libxml-2.0 libvirt libvirt-qemu libosinfo-1.0 libsystemd audit auparse libmnl libnftables libpcap libcap-ng libarchive libseccomp
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wold-style-definition -Wwrite-strings -Wvla -Wformat=2 -Wundef -Wimplicit-fallthrough
HARDENING := -fstack-protector-strong -fPIE $(if $(findstring -O,$(CFLAGS)),-U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
# A user's build never fails for a new compiler's warning; ours does.
WERROR ?=
SANITIZE ?=

# Traces, and the store of vmdoctor watch: what is installed is used; without one of them, the command says what it cannot do.
HAVE = $(shell pkg-config --exists $(1) && echo $(1))
OPTIONAL := $(call HAVE,libtraceevent libtracecmd) $(call HAVE,libtraceevent libtracefs) $(call HAVE,babeltrace2) $(call HAVE,sqlite3 zlib)
OPTIONAL_FLAGS := $(if $(findstring libtraceevent,$(OPTIONAL)),-DHAVE_TRACEEVENT) \
	$(if $(findstring libtracecmd,$(OPTIONAL)),-DHAVE_TRACECMD) \
	$(if $(findstring libtracefs,$(OPTIONAL)),-DHAVE_TRACEFS) \
	$(if $(findstring babeltrace2,$(OPTIONAL)),-DHAVE_BABELTRACE) \
	$(if $(findstring sqlite3,$(OPTIONAL)),-DHAVE_SQLITE)

PC_CFLAGS := $(shell pkg-config --cflags $(LIBS) $(OPTIONAL)) $(OPTIONAL_FLAGS)
PC_LIBS := $(shell pkg-config --libs $(LIBS) $(OPTIONAL)) -lstemmer -lm
ALL_CFLAGS = -std=gnu11 $(WARNINGS) $(if $(WERROR),-Werror) $(HARDENING) $(SANITIZE) $(CFLAGS) \
	-D_GNU_SOURCE -DVERSION='"$(VERSION)"' -DRULES_DIR='"$(DATADIR)/rules"' \
	-DLOCALE_DIR='"$(LOCALEDIR)"' \
	$(INCLUDES) $(PC_CFLAGS)
ALL_LDFLAGS = -pie -Wl,-z,relro,-z,now $(SANITIZE) $(LDFLAGS)

SOURCES := $(wildcard src/*.c src/*/*.c src/*/*/*.c checks/*/*.c report/*.c report/*/*.c)
OBJECTS := $(SOURCES:%.c=$(BUILD)/%.o)
LIBRARY := $(BUILD)/libvmdoctor.a
TESTS := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/test_*.c))

Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' '$(1)' '$(2)')

# Catalogues: po/LANGUAGE.po for the program's words, po/rules/LANGUAGE.po for those of the rules.
# Without gettext's tools the program speaks English, and that is said.
LANGUAGES := $(patsubst po/%.po,%,$(wildcard po/*.po))
CATALOGUES := $(foreach l,$(LANGUAGES),$(BUILD)/locale/$(l)/LC_MESSAGES/vmdoctor.mo) \
	$(patsubst po/rules/%.po,$(BUILD)/locale/%/LC_MESSAGES/vmdoctor-rules.mo,$(wildcard po/rules/*.po))
HAVE_GETTEXT := $(shell command -v msgfmt)

# Only the ordinary build becomes ./vmdoctor, not that with sanitizers.
all: $(BUILD)/vmdoctor build/rules.known $(if $(HAVE_GETTEXT),$(CATALOGUES),no-gettext) $(if $(filter build,$(BUILD)),vmdoctor)

vmdoctor: $(BUILD)/vmdoctor
	$(Q)cp -f $< $@

$(BUILD)/vmdoctor: $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)$(CC) $(ALL_LDFLAGS) -o $@ $^ $(PC_LIBS)

# What no run need find out again of the program's own rules; without it all is checked at each start.
build/rules.known: $(BUILD)/vmdoctor $(wildcard rules/*.rng rules/*/*.xml)
	$(call say,RULES,$@)
	$(Q)mkdir -p $(@D) && $(BUILD)/vmdoctor rules known >$@.new && mv $@.new $@

$(LIBRARY): $(filter-out $(BUILD)/src/main.o,$(OBJECTS))
	$(call say,AR,$@)
	$(Q)rm -f $@ && ar rcs $@ $^

$(BUILD)/locale/%/LC_MESSAGES/vmdoctor.mo: po/%.po
	$(call say,MO,$@)
	$(Q)mkdir -p $(@D) && msgfmt --check -o $@ $<

$(BUILD)/locale/%/LC_MESSAGES/vmdoctor-rules.mo: po/rules/%.po
	$(call say,MO,$@)
	$(Q)mkdir -p $(@D) && msgfmt --check -o $@ $<

no-gettext:
	@echo 'make: msgfmt (gettext) is not installed: the program will speak English only' >&2

$(BUILD)/%.o: %.c $(BUILD)/flags
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/tests/%: tests/unit/%.c $(LIBRARY)
	$(call say,TEST,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -Itests/unit -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) \
		$(PC_LIBS) $(shell pkg-config --cflags --libs cmocka)

# The program without one of its mechanisms, and what is lost by that.
WRAPPED = $(shell tests/ablate/run --functions)
$(BUILD)/ablate/vmdoctor: tests/ablate/without.c $(BUILD)/src/main.o $(LIBRARY)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS) $(WRAPPED:%=-Wl,--wrap=%) -o $@ $^ $(PC_LIBS)

ablate: all $(BUILD)/ablate/vmdoctor
	$(Q)tests/ablate/run $(BUILD)/ablate/vmdoctor

# Hostile input: as it is and damaged; make fuzz looks for more of it, for SECONDS, with clang's libFuzzer.
$(BUILD)/fuzz/%: tests/fuzz/%.c $(LIBRARY)
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(@D) && $(CC) $(ALL_CFLAGS) -MMD -MP $(ALL_LDFLAGS) -o $@ $< $(LIBRARY) $(PC_LIBS)

SECONDS ?= 60
fuzz:
	$(Q)$(MAKE) BUILD=build-fuzz CC=clang CFLAGS='-O1 -g -fsanitize=fuzzer-no-link,address,undefined' LDFLAGS='-fsanitize=address,undefined' build-fuzz/libvmdoctor.a
	$(Q)mkdir -p build-fuzz/corpus && cp tests/trace/data/*.txt build-fuzz/corpus
	$(Q)clang -O1 -g -std=gnu11 -DFUZZER -fsanitize=fuzzer,address,undefined $(filter -I% -D%,$(ALL_CFLAGS)) $(PC_CFLAGS) -o build-fuzz/fuzz_trace \
		tests/fuzz/fuzz_trace.c build-fuzz/libvmdoctor.a $(PC_LIBS)
	$(Q)build-fuzz/fuzz_trace -max_total_time=$(SECONDS) -rss_limit_mb=4096 build-fuzz/corpus

# Changed flags rebuild everything.
$(BUILD)/flags: FORCE
	$(Q)mkdir -p $(BUILD) && echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' | \
		cmp -s - $@ || echo '$(subst ','\'',$(CC) $(ALL_CFLAGS) $(ALL_LDFLAGS))' > $@

-include $(OBJECTS:.o=.d) $(TESTS:=.d)

# Templates for translators, from the sources and by the program; po takes what is new into each
# language's files, po-stats says how much is translated.
pot: $(BUILD)/po/vmdoctor.pot $(BUILD)/po/vmdoctor-rules.pot

$(BUILD)/po/vmdoctor.pot: $(SOURCES) po/exclude
	$(call say,POT,$@)
	$(Q)mkdir -p $(@D) && xgettext --language=C --from-code=UTF-8 --no-wrap --add-location=file \
		--keyword=_ --keyword=N_ --keyword=NC_:1c,2 --keyword=ngettext:1,2 --keyword=cmd_fail:1 \
		--keyword=fail:2 --keyword=refuse:3 --keyword=cannot_read:3 \
		--flag=fail:2:c-format --flag=cmd_fail:1:c-format --exclude-file=po/exclude \
		--package-name=vmdoctor --package-version=$(VERSION) -o $@ $(SOURCES)

$(BUILD)/po/vmdoctor-rules.pot: $(BUILD)/vmdoctor $(wildcard rules/*/*.xml)
	$(call say,POT,$@)
	$(Q)mkdir -p $(@D) && LC_ALL=C LANGUAGE= $(BUILD)/vmdoctor rules pot >$@.new && mv $@.new $@

po: pot
	$(Q)for f in $(LANGUAGES); do \
		msgmerge --quiet --update --backup=none --no-wrap --add-location=file po/$$f.po $(BUILD)/po/vmdoctor.pot && \
		msgmerge --quiet --update --backup=none --no-wrap --add-location=file po/rules/$$f.po $(BUILD)/po/vmdoctor-rules.pot || exit 1; \
	done

po-stats: pot
	$(Q)for f in $(LANGUAGES); do \
		for p in vmdoctor:po/$$f.po vmdoctor-rules:po/rules/$$f.po; do \
			printf '%s: ' "$${p#*:}" && \
			msgmerge --quiet --no-fuzzy-matching "$${p#*:}" "$(BUILD)/po/$${p%%:*}.pot" | \
				msgfmt --statistics -o /dev/null - 2>&1 || exit 1; \
		done; \
	done

# Each part is a target of its own, so that make -j runs them side by side.  cmocka's closing lines
# show that the tests ran.
check: check-unit check-fuzz check-rules check-cases check-cli check-archives check-bundle check-formats check-i18n check-languages

check-unit: $(TESTS:%=%.run)

$(BUILD)/tests/%.run: $(BUILD)/tests/% FORCE
	$(Q)TZ=UTC LC_ALL=C.UTF-8 ./$<

check-fuzz: $(BUILD)/fuzz/fuzz_trace
	$(Q)tests/fuzz/run $<

check-rules: all
	$(Q)$(BUILD)/vmdoctor rules lint
	$(Q)$(BUILD)/vmdoctor rules test

check-cases: all
	$(Q)tests/cases/run $(BUILD)/vmdoctor
	$(Q)tests/ablate/own-words $(BUILD)/vmdoctor
	$(Q)tests/hops $(BUILD)/vmdoctor

check-i18n: $(if $(HAVE_GETTEXT),pot)
check-cli check-archives check-bundle check-formats check-i18n check-languages: check-%: all
	$(Q)tests/$* $(BUILD)/vmdoctor

# As a browser shows the HTML report; 77: skipped, and said why
check-html: all
	$(Q)tests/html/run $(BUILD)/vmdoctor || [ $$? = 77 ]

# Every command of every fix against its program, minutes; 77: skipped, and said why
check-commands: all
	$(Q)tests/commands $(BUILD)/vmdoctor || [ $$? = 77 ]

# vmdoctor trace on recorded traces whose answers are known
trace-check: all
	$(Q)tests/trace/run $(BUILD)/vmdoctor

# Each message of the cases, worded and wrapped otherwise: takes minutes; EVERY=N, each Nth.
mutations: all
	$(Q)tests/mutations $(BUILD)/vmdoctor

# What people are likely to meet of what the programs can print: how much of it gets more than a repetition. EVERY=N
messages: all
	$(Q)tests/messages $(BUILD)/vmdoctor

# Twice as much of each kind of input: may it take more than twice as long?
growth: all
	$(Q)tests/growth $(BUILD)/vmdoctor

lint:
	$(Q)tests/lint

# Of the checks those that reach code which no other of them reaches: a start of the program costs a second there.
ASAN_CHECKS ?= check-unit check-fuzz check-rules check-cli check-archives check-bundle check-formats
# What a sanitizer ends has a status that no test expects; 1 would read as findings.
asan: export ASAN_OPTIONS := exitcode=99
asan: export UBSAN_OPTIONS := exitcode=99
asan: export LSAN_OPTIONS := exitcode=99
asan:
	+$(Q)$(MAKE) BUILD=build-asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' $(ASAN_CHECKS)

lab: all
	$(Q)tests/lab/run

# SELinux, AppArmor, systemd and control groups for real, in a VM; 77: skipped, and said why
host-vm: all
	$(Q)tests/host-vm/run $(BUILD)/vmdoctor || [ $$? = 77 ]

# A fresh domain of every OS that virt-install knows: no alarm.
false-alarms: all
	$(Q)tests/corpus/no-false-alarms ./vmdoctor || [ $$? = 77 ]

# All XML of libvirt's own tests, with sanitizers.
strangers:
	+$(Q)$(MAKE) BUILD=build-asan CFLAGS='-O1 -g -fno-omit-frame-pointer' \
		SANITIZE='-fsanitize=address,undefined -fno-sanitize-recover=undefined' build-asan/vmdoctor
	$(Q)tests/corpus/strangers build-asan/vmdoctor || [ $$? = 77 ] # 77: skipped, and said why

bench: bench-quick
	$(Q)tests/bench-sampling $(BUILD)

bench-quick: all
	$(Q)tests/bench ./vmdoctor
	$(Q)tests/bench-audit $(BUILD)

# Expected reports of the recordings in tests/golden; review the difference.
golden: all
	$(Q)tests/golden/run ./vmdoctor --write

demo: all
	$(Q)contrib/demo ./vmdoctor

libvirt-names:
	$(Q)tests/corpus/libvirt-names >rules/libvirt-names.txt

# Manual pages are made from doc/*.scd; without scdoc there are none, and that is said.
MANUALS := $(patsubst doc/%.scd,$(BUILD)/%,$(wildcard doc/*.scd))
MANDIR ?= $(PREFIX)/share/man
BASHDIR ?= $(PREFIX)/share/bash-completion/completions
ZSHDIR ?= $(PREFIX)/share/zsh/site-functions
FISHDIR ?= $(PREFIX)/share/fish/vendor_completions.d
UNITDIR ?= $(PREFIX)/lib/systemd/system
HEALTHDIR := $(PREFIX)/libexec/vmdoctor

$(BUILD)/%: doc/%.scd
	$(call say,MAN,$@)
	$(Q)mkdir -p $(@D) && scdoc <$< >$@.new && mv $@.new $@

man: $(MANUALS)

install: all $(if $(shell command -v scdoc),man)
	install -D -m 0755 $(BUILD)/vmdoctor $(DESTDIR)$(PREFIX)/bin/vmdoctor
	install -d $(DESTDIR)$(DATADIR)/rules
	install -m 0644 rules/*.rng rules/*.tsv rules/*.txt rules/*.json $(DESTDIR)$(DATADIR)/rules
	cp -r $(wildcard rules/*/) $(DESTDIR)$(DATADIR)/rules/
	install -m 0644 build/rules.known $(DESTDIR)$(DATADIR)/rules.known
	chmod -R u=rwX,go=rX $(DESTDIR)$(DATADIR)
ifneq ($(HAVE_GETTEXT),)
	for f in $(CATALOGUES:$(BUILD)/locale/%=%); do install -D -m 0644 $(BUILD)/locale/$$f $(DESTDIR)$(LOCALEDIR)/$$f || exit 1; done
endif
	install -D -m 0644 contrib/completion/vmdoctor.bash $(DESTDIR)$(BASHDIR)/vmdoctor
	install -D -m 0644 contrib/completion/_vmdoctor $(DESTDIR)$(ZSHDIR)/_vmdoctor
	install -D -m 0644 contrib/completion/vmdoctor.fish $(DESTDIR)$(FISHDIR)/vmdoctor.fish
ifneq ($(shell command -v scdoc),)
	install -D -m 0644 $(BUILD)/vmdoctor.1 $(DESTDIR)$(MANDIR)/man1/vmdoctor.1
	install -D -m 0644 $(BUILD)/vmdoctor-rules.5 $(DESTDIR)$(MANDIR)/man5/vmdoctor-rules.5
else
	@echo 'make: scdoc is not installed: no manual pages' >&2
endif

# The health check of contrib/health, and its systemd units; enable vmdoctor-health.timer yourself.
install-health:
	install -D -m 0755 contrib/health/vmdoctor-health $(DESTDIR)$(HEALTHDIR)/vmdoctor-health
	install -d $(DESTDIR)$(UNITDIR)
	sed 's!/usr/libexec/vmdoctor!$(HEALTHDIR)!' contrib/health/vmdoctor-health.service >$(DESTDIR)$(UNITDIR)/vmdoctor-health.service
	install -m 0644 contrib/health/vmdoctor-health.timer $(DESTDIR)$(UNITDIR)/vmdoctor-health.timer

# The unit of vmdoctor watch; enable vmdoctor-watch.service yourself.
install-watch:
	install -d $(DESTDIR)$(UNITDIR)
	sed 's!/usr/bin/!$(PREFIX)/bin/!' contrib/watch/vmdoctor-watch.service >$(DESTDIR)$(UNITDIR)/vmdoctor-watch.service

# Only what install, install-health and install-watch put there.
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/bin/vmdoctor $(DESTDIR)$(DATADIR) $(DESTDIR)$(HEALTHDIR)
	rm -f $(DESTDIR)$(LOCALEDIR)/*/LC_MESSAGES/vmdoctor.mo $(DESTDIR)$(LOCALEDIR)/*/LC_MESSAGES/vmdoctor-rules.mo
	rm -f $(DESTDIR)$(BASHDIR)/vmdoctor $(DESTDIR)$(ZSHDIR)/_vmdoctor $(DESTDIR)$(FISHDIR)/vmdoctor.fish
	rm -f $(DESTDIR)$(MANDIR)/man1/vmdoctor.1 $(DESTDIR)$(MANDIR)/man5/vmdoctor-rules.5
	rm -f $(DESTDIR)$(UNITDIR)/vmdoctor-health.service $(DESTDIR)$(UNITDIR)/vmdoctor-health.timer $(DESTDIR)$(UNITDIR)/vmdoctor-watch.service

# What contrib/, doc/ and install give; what is not installed is skipped, and that is said.
contrib-check: all
	$(Q)tests/contrib $(BUILD)/vmdoctor

# vmdoctor_VERSION_ARCH.deb in the directory above
deb:
	$(Q)dpkg-buildpackage -us -uc -b

clean:
	rm -rf $(BUILD) build-* vmdoctor

help:
	@echo 'all           build ./vmdoctor'
	@echo 'check         unit tests, rule lint and rule cases, messages and their causes, command line'
	@echo 'check-html    the HTML report in Chromium: valid, accessible, quiet, on a phone and on paper (npm)'
	@echo 'growth        twice as much of each kind of input takes no more than 2.6 times the CPU time; prints the table'
	@echo 'messages      of what the programs can print: how much gets more than a repetition'
	@echo 'ablate        what each mechanism is worth: scores with it switched off'
	@echo 'mutations     messages of the cases, worded, quoted and wrapped otherwise, keep their diagnosis'
	@echo 'trace-check   vmdoctor trace on recorded traces whose answers are known; prints the figures'
	@echo 'fuzz          hostile traces, for SECONDS, by libFuzzer (clang)'
	@echo 'lint          layers, formatting, static analysis'
	@echo 'asan          check, built with address and undefined behaviour sanitizers'
	@echo 'lab           tests on a real libvirtd with real guests, in namespaces (root)'
	@echo 'host-vm       a Debian host in an emulated VM, with SELinux and with AppArmor (root)'
	@echo 'false-alarms  fresh domains of every OS of osinfo-db: no finding of warning or above'
	@echo "machine-types rules/upgrade/ against what 26 QEMU releases said of themselves"
	@echo "strangers     all XML of libvirt's own tests, with sanitizers"
	@echo 'bench         times, side by side with what an admin would type'
	@echo 'golden        rewrite the expected reports of recordings'
	@echo 'demo          diagnose this host, or a bundled recording when it has no libvirt'
	@echo 'contrib-check completion, manual pages, install, and what lies in contrib/'
	@echo 'deb           Debian packages, in the directory above'
	@echo 'man           manual pages, in BUILD'
	@echo 'pot           templates for translators, in BUILD/po; po: what is new into po/; po-stats: how much'
	@echo 'install       PREFIX=$(PREFIX) DESTDIR=$(DESTDIR); install-health, install-watch, uninstall, clean'
	@echo 'Variables: BUILD=DIR, V=1, WERROR=1, CFLAGS, LDFLAGS'

# Do rules/upgrade/ and real QEMUs agree?
machine-types:
	$(Q)tests/corpus/machine-types || [ $$? = 77 ] # 77: skipped, and said why

.PHONY: all ablate messages growth pot po po-stats no-gettext machine-types check check-unit check-fuzz fuzz check-rules check-cases check-cli check-archives check-bundle check-formats check-i18n check-languages check-html trace-check mutations lint asan lab host-vm false-alarms strangers bench bench-quick golden demo libvirt-names \
	man install install-health uninstall contrib-check deb clean help FORCE
.SECONDARY:
