// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_osinfo - what osinfo-db knows of a guest's OS, as /vmdoctor/osinfo/ID.json
 *
 * ID is libosinfo's, as a domain's metadata has it (http://ubuntu.com/ubuntu/20.04), or what the
 * guest says of itself: "short/" and os-release's ID, a comma, its VERSION_ID. Source: libosinfo's
 * reference; os-release(5); qemu-ga's commands-win32.c, for what Windows calls itself there.
 */
#include "source/source.h"

#include <errno.h>
#include <string.h>

#include "base/json_make.h"
#include "live/osinfo/osinfo_load.h"

#define ROOT "/vmdoctor/osinfo/"
#define SUFFIX ".json"
#define SHORT "short/"

struct osinfo {
	struct source base;
	struct osinfo_load *load; /* NULL: not yet */
};

/* Where libosinfo's short ids begin with something else than os-release's ID. */
static const struct alias {
	const char *id, *prefix;
} aliases[] = {
	{ "alpine", "alpinelinux" },
	{ "altlinux", "alt" },
	{ "arch", "archlinux" },
	{ "clear-linux-os", "clearlinux" },
	{ "endless", "eos" },
	{ "mswindows", "win" },
	{ "opensuse-leap", "opensuse" },
	{ "opensuse-tumbleweed", "opensusetumbleweed" },
	{ "pop", "popos" },
	{ "scientific", "scientificlinux" },
	{ "sle-micro", "slem" },
	{ "sles", "sle" }, /* since 15; before, "sles" is the short id's, too */
	{ "void", "voidlinux" },
};

/* The agent says 2012r2, libosinfo 2k12r2; 2008 is 2k8, 2000 is 2k. */
static char *windows_version(const char *version)
{
	if (strlen(version) < 4 || !g_str_has_prefix(version, "20"))
		return g_strdup(version);
	version += 2;
	return g_strconcat("2k", version + strspn(version, "0"), NULL);
}

/* SUSE's 15.4 is libosinfo's 15sp4. */
static char *service_pack(const char *version)
{
	const char *dot = strchr(version, '.');

	return dot ? g_strdup_printf("%.*ssp%s", (int)(dot - version), version, dot + 1)
		   : g_strdup(version);
}

static void add(GPtrArray *names, const char *prefix, const char *middle, const char *version,
		const char *end)
{
	g_ptr_array_add(names, g_strconcat(prefix, middle, version, end, NULL));
}

/* Exactly this version, in each of the ways in which short ids are made. */
static void add_exact(GPtrArray *names, const char *prefix, const char *version)
{
	g_autofree char *sp = service_pack(version);

	add(names, prefix, "", version, "");
	add(names, prefix, "-", version, "");	    /* nixos-22.05 */
	add(names, prefix, "-stream", version, ""); /* centos-stream9 */
	add(names, prefix, "", sp, "");
}

/*
 * Less exactly: 3.17.1 is a 3.17, RHEL 9.7 an unknown RHEL 9. "Unknown" is osinfo-db's own entry
 * for the versions that are newer than it is. At last those that have no versions.
 */
static void add_vague(GPtrArray *names, const char *prefix, const char *version)
{
	g_autofree char *shorter = g_strdup(version);
	char *dot;

	while ((dot = strrchr(shorter, '.')) != NULL) {
		*dot = '\0';
		add(names, prefix, "", shorter, "");
		add(names, prefix, "", shorter, "-unknown");
	}
	add(names, prefix, "-", "unknown", "");
	add(names, prefix, "", "", "");
}

/* The short ids to try, the likeliest first. */
static GPtrArray *guess_short_ids(const char *id, const char *version)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	g_autofree char *plain =
		strcmp(id, "mswindows") == 0 ? windows_version(version) : g_strdup(version);
	const char *alias = id;

	for (size_t i = 0; i < G_N_ELEMENTS(aliases); i++) {
		if (strcmp(aliases[i].id, id) == 0)
			alias = aliases[i].prefix;
	}
	add_exact(names, alias, plain);
	add_exact(names, id, plain);
	add_vague(names, alias, plain);
	add_vague(names, id, plain);
	return names;
}

static int find_by_short_id(struct osinfo_load *load, const char *id, OsinfoOs **ret_os)
{
	g_auto(GStrv) parts = g_strsplit(id, ",", 2);
	g_autoptr(GPtrArray) names = NULL;
	int r = -ENOENT;

	if (!parts[0] || !*parts[0])
		return r;
	names = guess_short_ids(parts[0], parts[1] ? parts[1] : "");
	for (size_t i = 0; i < names->len && r == -ENOENT; i++)
		r = osinfo_load_short(load, names->pdata[i], ret_os);
	return r;
}

static int compare_ids(const void *a, const void *b)
{
	return strcmp(osinfo_entity_get_id(*(OsinfoEntity *const *)a),
		      osinfo_entity_get_id(*(OsinfoEntity *const *)b));
}

/* The entities of @list, borrowed from it, by id. */
static GPtrArray *sorted(gpointer list)
{
	GPtrArray *all = g_ptr_array_new();
	int n = osinfo_list_get_length(OSINFO_LIST(list));

	for (int i = 0; i < n; i++)
		g_ptr_array_add(all, osinfo_list_get_nth(OSINFO_LIST(list), i));
	g_ptr_array_sort(all, compare_ids);
	return all;
}

/*
 * Most PCI and USB devices have their bus from pci.ids and usb.ids, 38,000 entries which are not
 * loaded for this: it is in the device's id as well.
 */
static const char *bus_of(OsinfoDevice *device)
{
	const char *bus = osinfo_device_get_bus_type(device);
	const char *id = osinfo_entity_get_id(OSINFO_ENTITY(device));

	if (!bus && g_str_has_prefix(id, "http://pcisig.com/pci/"))
		return "pci";
	if (!bus && g_str_has_prefix(id, "http://usb.org/usb/"))
		return "usb";
	return bus;
}

static void add_devices(JsonBuilder *b, OsinfoOs *os)
{
	g_autoptr(OsinfoDeviceList) list = osinfo_os_get_all_devices(os, NULL);
	g_autoptr(GPtrArray) devices = sorted(list);

	json_make_open_array(b, "devices");
	for (size_t i = 0; i < devices->len; i++) {
		OsinfoDevice *device = devices->pdata[i];

		json_builder_begin_object(b);
		json_make_text(b, "id", osinfo_entity_get_id(OSINFO_ENTITY(device)));
		json_make_text(b, "name", osinfo_device_get_name(device));
		json_make_text(b, "class", osinfo_device_get_class(device));
		json_make_text(b, "bus", bus_of(device));
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

static int compare_texts(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* What the drivers support that can be installed, for whichever architecture. */
static void add_driver_devices(JsonBuilder *b, OsinfoOs *os)
{
	OsinfoDeviceDriverList *drivers = osinfo_os_get_device_drivers(os); /* borrowed */
	g_autoptr(GPtrArray) ids = g_ptr_array_new();
	int n = osinfo_list_get_length(OSINFO_LIST(drivers));

	for (int i = 0; i < n; i++) {
		OsinfoEntity *driver = osinfo_list_get_nth(OSINFO_LIST(drivers), i);
		OsinfoDeviceList *list =
			osinfo_device_driver_get_devices(OSINFO_DEVICE_DRIVER(driver));
		g_autoptr(GPtrArray) devices = sorted(list);

		for (size_t j = 0; j < devices->len; j++)
			g_ptr_array_add(ids, (char *)osinfo_entity_get_id(devices->pdata[j]));
	}
	g_ptr_array_sort(ids, compare_texts);
	json_make_open_array(b, "driver-devices");
	for (size_t i = 0; i < ids->len; i++) {
		if (i == 0 || strcmp(ids->pdata[i], ids->pdata[i - 1]) != 0)
			json_make_item(b, ids->pdata[i]);
	}
	json_builder_end_array(b);
}

static void add_firmware(JsonBuilder *b, OsinfoOs *os)
{
	g_autoptr(OsinfoFirmwareList) list = osinfo_os_get_complete_firmware_list(os, NULL);
	int n = osinfo_list_get_length(OSINFO_LIST(list));

	json_make_open_array(b, "firmware");
	for (int i = 0; i < n; i++) {
		OsinfoFirmware *f = OSINFO_FIRMWARE(osinfo_list_get_nth(OSINFO_LIST(list), i));

		json_builder_begin_object(b);
		json_make_text(b, "arch", osinfo_firmware_get_architecture(f));
		json_make_text(b, "type", osinfo_firmware_get_firmware_type(f));
		json_make_bool(b, "supported", osinfo_firmware_is_supported(f));
		json_builder_end_object(b);
	}
	json_builder_end_array(b);
}

/* For x86_64, or for all architectures; null: the database does not say. */
static void add_ram(JsonBuilder *b, const char *key, OsinfoResourcesList *list)
{
	int n = osinfo_list_get_length(OSINFO_LIST(list));
	int64_t ram_bytes = -1;

	for (int i = 0; i < n; i++) {
		OsinfoResources *r = OSINFO_RESOURCES(osinfo_list_get_nth(OSINFO_LIST(list), i));
		const char *arch = osinfo_resources_get_architecture(r);

		if (g_strcmp0(arch, "x86_64") == 0 ||
		    (ram_bytes < 0 && g_strcmp0(arch, "all") == 0))
			ram_bytes = osinfo_resources_get_ram(r);
	}
	if (ram_bytes < 0)
		json_make_text(b, key, NULL);
	else
		json_make_int(b, key, ram_bytes);
	g_object_unref(list);
}

static char *describe(const struct osinfo_load *load, OsinfoOs *os)
{
	OsinfoProduct *product = OSINFO_PRODUCT(os);
	g_autofree char *version = osinfo_load_version(load);
	JsonBuilder *b = json_make_object();

	json_make_text(b, "id", osinfo_entity_get_id(OSINFO_ENTITY(os)));
	json_make_text(b, "short-id", osinfo_product_get_short_id(product));
	json_make_text(b, "name", osinfo_product_get_name(product));
	json_make_text(b, "version", osinfo_product_get_version(product));
	json_make_text(b, "family", osinfo_os_get_family(os));
	json_make_text(b, "vendor", osinfo_product_get_vendor(product));
	json_make_text(b, "release-date", osinfo_product_get_release_date_string(product));
	json_make_text(b, "eol-date", osinfo_product_get_eol_date_string(product));
	add_devices(b, os);
	add_driver_devices(b, os);
	add_firmware(b, os);
	add_ram(b, "minimum-ram-bytes", osinfo_os_get_minimum_resources(os));
	add_ram(b, "recommended-ram-bytes", osinfo_os_get_recommended_resources(os));
	json_make_text(b, "db-version", version);
	return json_make_end(b);
}

/* The ID in @path, or NULL: no question for this source. */
static char *id_in(const char *path)
{
	g_autofree char *component = NULL;

	if (!g_str_has_prefix(path, ROOT) || !g_str_has_suffix(path, SUFFIX))
		return NULL;
	path += strlen(ROOT);
	component = g_strndup(path, strlen(path) - strlen(SUFFIX));
	return strchr(component, '/') ? NULL : source_path_unescape(component);
}

void source_osinfo_load(struct source *src)
{
	struct osinfo *o = (struct osinfo *)src;

	if (!o->load)
		o->load = osinfo_load_new();
}

static void osinfo_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct osinfo *o = (struct osinfo *)src;
	g_autofree char *id = q->verb == SOURCE_READ ? id_in(q->path) : NULL;
	OsinfoOs *os = NULL;

	*ret = (struct answer){ .error = -ENODATA };
	if (!id)
		return;
	source_osinfo_load(src);
	ret->error = g_str_has_prefix(id, SHORT)
			     ? find_by_short_id(o->load, id + strlen(SHORT), &os)
			     : osinfo_load_os(o->load, id, &os);
	if (ret->error == 0) {
		char *text = describe(o->load, os);

		ret->data = g_bytes_new_take(text, strlen(text));
	}
}

static void osinfo_free(struct source *src)
{
	struct osinfo *o = (struct osinfo *)src;

	osinfo_load_free(o->load);
	g_free(o);
}

struct source *source_osinfo_new(void)
{
	static const struct source_ops ops = { .ask = osinfo_ask, .free = osinfo_free };
	struct osinfo *o = g_new0(struct osinfo, 1);

	o->base.ops = &ops;
	return &o->base;
}
