// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_device - kernel modules, PCI and USB devices, processes. Source: lsmod(8), lspci(8), lsusb(8), ps(1)
 */
#include <string.h>

#include "archives/paste/paste_private.h"
#include "base/json_make.h"
#include "source/source.h"

#define USB "/sys/bus/usb/devices"

static char *file_lsmod(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	bool any = false;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^([\\w-]+) +\\d+ +(-?\\d+) *([\\w,-]*)$", lines[i]);
		g_autofree char *dir = NULL;
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, "module");
		json_make_text(b, "name", f[1]);
		json_make_text(b, "used", f[2]);
		if (*f[3])
			json_make_text(b, "by", f[3]);
		json_builder_end_object(b);
		any = true;
		/* That it is loaded; which parameters it has, nobody said. */
		dir = g_strdup_printf("/sys/module/%s/parameters", f[1]);
		if (g_str_has_prefix(f[1], "kvm"))
			paste_put_answer(p, dir, SOURCE_LIST, "\n");
	}
	return any ? paste_list_path("module") : NULL;
}

/* "01:00.0 VGA compatible controller [0300]: NVIDIA … [10de:1c82] (rev a1)" and indented lines below it. */
static char *file_lspci(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^((?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7]) ([^:]*?)(?: \\[([0-9a-f]{4})\\])?: (.*?)(?: \\[([0-9a-f]{4}:[0-9a-f]{4})\\])?(?: \\(.*)?$", lines[i]);
		g_autofree char *address = f ? g_strconcat(strlen(f[1]) < 12 ? "0000:" : "", f[1], NULL) : NULL;
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, "pci");
		json_make_text(b, "address", address);
		json_make_text(b, "class", f[2]);
		if (*f[5])
			json_make_text(b, "id", f[5]);
		for (; lines[i + 1] && g_ascii_isspace(*lines[i + 1]); i++) {
			g_auto(GStrv) d = paste_match(p, "^\\s+Kernel driver in use: (\\S+)", lines[i + 1]);
			g_autofree char *link = g_strdup_printf("/sys/bus/pci/devices/%s/driver", address);
			g_autofree char *target = d ? g_strdup_printf("../../bus/pci/drivers/%s", d[1]) : NULL;

			if (d)
				json_make_text(b, "driver", d[1]);
			if (target)
				paste_put_answer(p, link, SOURCE_LINK, target);
		}
		json_builder_end_object(b);
	}
	return paste_list_path("pci");
}

/* Its ids, as sysfs has them; Return: its name there. */
static char *put_usb(struct paste *p, const char *bus, const char *device, const char *id)
{
	char *name = g_strdup_printf("%s-%s", bus, device);
	g_autofree char *vendor_at = g_strdup_printf(USB "/%s/idVendor", name), *product_at = g_strdup_printf(USB "/%s/idProduct", name);
	g_autofree char *vendor = g_strndup(id, 4);

	g_free(paste_put(p, vendor_at, vendor));
	g_free(paste_put(p, product_at, id + 5));
	return name;
}

/* A list with a bus's own hub in it is no single device that was asked for. */
static char *file_lsusb(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	bool all = part->whole && strstr(part->text, "ID 1d6b:") && !(part->command && strstr(part->command, " -"));
	g_autoptr(GString) names = g_string_new(NULL);

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^Bus (\\d{3}) Device (\\d{3}): ID ([0-9a-f]{4}:[0-9a-f]{4})", lines[i]);
		JsonBuilder *b;

		if (!f)
			continue;
		b = paste_item(p, "usb");
		json_make_text(b, "bus", f[1]);
		json_make_text(b, "device", f[2]);
		json_make_text(b, "id", f[3]);
		json_builder_end_object(b);
		if (all) {
			g_autofree char *name = put_usb(p, f[1], f[2], f[3]);

			g_string_append_printf(names, "%s\n", name);
		}
	}
	if (all)
		paste_put_answer(p, USB, SOURCE_LIST, names->str);
	return paste_list_path("usb");
}

/* Arguments end with a NUL each; blanks within one are lost, in ps as here. */
static void put_arguments(struct paste *p, const char *pid, const char *line)
{
	g_autofree char *path = g_strdup_printf("/proc/%s/cmdline", pid), *text = g_strconcat(line, " ", NULL);
	size_t size = strlen(text);
	const struct query q = { .verb = SOURCE_READ, .path = path };
	struct answer a = { 0 };
	g_autofree char *there = NULL;

	g_strdelimit(text, " ", '\0');
	a.data = g_bytes_new(text, size);
	if (source_read(p->record, path, &there, NULL) < 0) {
		record_put(p->record, &q, &a);
		g_hash_table_add(p->answers, g_strdup(path));
	}
	answer_done(&a);
}

/* `ps aux | grep dnsmasq`, `pgrep dnsmasq`: how many there are of what was looked for, but for the search itself. */
static void add_search(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) f = part->command ? paste_match(p, "^(?:ps\\b[^|]*\\| *e?grep|pgrep)(?: -\\w+)* +['\"]?\\[?(\\w)\\]?([\\w-]*)['\"]?(?: *\\| *grep -v grep)?$", part->command) : NULL;
	g_autofree char *word = f ? g_strconcat(f[1], f[2], NULL) : NULL;
	g_auto(GStrv) lines = word ? g_strsplit(part->text, "\n", -1) : NULL;
	unsigned int count = 0;
	JsonBuilder *b;

	if (!word)
		return;
	for (size_t i = 0; lines[i]; i++)
		count += paste_is(p, "\\d", lines[i]) && !strstr(lines[i], "grep ");
	b = paste_item(p, "process-search");
	json_make_text(b, "word", word);
	json_make_u64(b, "count", count);
	json_builder_end_object(b);
}

static char *file_ps(struct paste *p, const struct paste_part *part)
{
	g_auto(GStrv) lines = g_strsplit(part->text, "\n", -1);
	g_autofree char *path = NULL;

	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = paste_match(p, "^(?:\\S+ +)?(\\d+) .*?((?:/\\S*/)?(?:qemu-system-\\w+|qemu-kvm|kvm) .*-name (?:guest=)?([^ ,]+).*)$", lines[i]);
		g_autofree char *file = f ? source_path_escape(f[3]) : NULL, *pid_file = NULL, *pid = NULL;

		if (!f)
			continue;
		pid_file = g_strdup_printf("/run/libvirt/qemu/%s.pid", file);
		pid = g_strconcat(f[1], "\n", NULL);
		g_free(paste_put(p, pid_file, pid));
		put_arguments(p, f[1], f[2]);
		if (!path)
			path = g_strdup_printf("/proc/%s/cmdline", f[1]);
	}
	return path ? g_steal_pointer(&path) : paste_keep(p, "ps", part);
}

static char *file_search(struct paste *p, const struct paste_part *part)
{
	add_search(p, part);
	return file_ps(p, part);
}

#define PS_QEMU "^(?:\\S+ +)?\\d+ .*(?:qemu-system-\\w+|qemu-kvm|/kvm) .*-name "
#define PCI "^(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7] "

const struct paste_row paste_device_rows[] = {
	{ "lsmod", "^lsmod\\b", "^Module +Size +Used by|^(?:kvm|vhost|vfio|tun|bridge|br_netfilter|nf_|nbd|irqbypass)\\w* +\\d+ +\\d+", "^[\\w-]+ +\\d+ +-?\\d+", false, file_lsmod },
	{ "lspci", "^lspci\\b", PCI "\\S", PCI "|^\\s+\\S", true, file_lspci },
	{ "lsusb", "^lsusb\\b", "^Bus \\d{3} Device \\d{3}: ID ", "^Bus \\d{3} Device ", false, file_lsusb },
	{ "ps", "^(?:ps\\b[^|]*\\| *e?grep|pgrep)\\b", NULL, NULL, false, file_search },
	{ "ps", "^(?:ps|pgrep)\\b", PS_QEMU "|^(?:USER|UID|  *PID) .*(?:COMMAND|CMD|ARGS)$", PS_QEMU "|^\\S+ +\\d+ |^ *\\d+ ", false, file_ps },
	{ 0 },
};
