// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos_text - outputs of virsh, uname and date. Source: virsh(1), libvirt tools/virsh-{host,domain-
 * monitor,network}.c, uname(1), date(1), timedatectl(1)
 */
#include "archives/sos/sos_text.h"

#include <string.h>
#include <time.h>

#include "base/json_make.h"

/* "CPU(s):              8" with the key "CPU(s)"; NULL: no such line. */
static char *field(const char *text, const char *key)
{
	size_t n = strlen(key);

	for (const char *line = text; line; line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL)
		if (strncmp(line, key, n) == 0 && line[n] == ':') {
			char *value = g_strndup(line + n + 1, strcspn(line + n + 1, "\n"));

			return g_strstrip(value);
		}
	return NULL;
}

static void add_number(JsonBuilder *b, const char *key, const char *text, const char *name)
{
	g_autofree char *value = field(text, name);

	if (value && g_ascii_isdigit(*value))
		json_make_u64(b, key, g_ascii_strtoull(value, NULL, 10));
}

static void add_yes(JsonBuilder *b, const char *key, const char *text, const char *name,
		    const char *yes)
{
	g_autofree char *value = field(text, name);

	if (value)
		json_make_bool(b, key, strcmp(value, yes) == 0);
}

/* Sockets are counted for each NUMA cell, as virNodeGetInfo() does. */
char *sos_nodeinfo(const char *text)
{
	g_autofree char *model = field(text, "CPU model");
	JsonBuilder *b;

	if (!model)
		return NULL;
	b = json_make_object();
	json_make_text(b, "model", model);
	add_number(b, "memory-kib", text, "Memory size");
	add_number(b, "cpus", text, "CPU(s)");
	add_number(b, "mhz", text, "CPU frequency");
	add_number(b, "nodes", text, "NUMA cell(s)");
	add_number(b, "sockets", text, "CPU socket(s)");
	add_number(b, "cores", text, "Core(s) per socket");
	add_number(b, "threads", text, "Thread(s) per core");
	return json_make_end(b);
}

/* "Using library: libvirt 8.0.0": what stands behind the blank. */
static char *version_in(const char *value)
{
	const char *blank = value ? strrchr(value, ' ') : NULL;

	return blank && g_ascii_isdigit(blank[1]) ? g_strdup(blank + 1) : NULL;
}

char *sos_version(const char *text, const char *hostname)
{
	g_autofree char *library = field(text, "Using library");
	g_autofree char *running = field(text, "Running hypervisor");
	g_autofree char *libvirt = version_in(library), *hypervisor = version_in(running);
	JsonBuilder *b;

	if (!libvirt)
		return NULL;
	b = json_make_object();
	json_make_text(b, "libvirt", libvirt);
	json_make_text(b, "client", libvirt);
	json_make_text(b, "hypervisor", hypervisor);
	if (running && g_str_has_prefix(running, "QEMU "))
		json_make_text(b, "type", "QEMU");
	json_make_text(b, "hostname", hostname);
	return json_make_end(b);
}

/* virsh's words for states and those of the API. */
static const char *state_of(const char *word)
{
	static const char *const states[][2] = {
		{ "no state", "nostate" },	 { "running", "running" },  { "idle", "blocked" },
		{ "paused", "paused" },	 { "in shutdown", "shutdown" }, { "shut off", "shutoff" },
		{ "crashed", "crashed" }, { "pmsuspended", "pmsuspended" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
		if (strcmp(states[i][0], word) == 0)
			return states[i][1];
	return NULL;
}

char *sos_info(const char *text, char **ret_name)
{
	g_autofree char *name = field(text, "Name"), *uuid = field(text, "UUID");
	g_autofree char *id = field(text, "Id"), *word = field(text, "State");
	const char *state = word ? state_of(word) : NULL;
	JsonBuilder *b;

	if (!name || !*name || !uuid || !state)
		return NULL;
	b = json_make_object();
	json_make_text(b, "name", name);
	json_make_text(b, "uuid", uuid);
	json_make_int(b, "id", id && g_ascii_isdigit(*id) ? g_ascii_strtoll(id, NULL, 10) : -1);
	json_make_text(b, "state", state);
	json_make_bool(b, "active", id && g_ascii_isdigit(*id));
	add_yes(b, "persistent", text, "Persistent", "yes");
	add_yes(b, "autostart", text, "Autostart", "enable");
	add_yes(b, "managed-save", text, "Managed save", "yes");
	add_number(b, "max-memory-kib", text, "Max memory");
	add_number(b, "memory-kib", text, "Used memory");
	add_number(b, "vcpus", text, "CPU(s)");
	*ret_name = g_steal_pointer(&name);
	return json_make_end(b);
}

/* "Linux HOST 6.1.0-41-amd64 #1 SMP … x86_64 GNU/Linux": the machine is third from the end on Red
 *  Hat (machine, processor, platform, GNU/Linux), second on Debian. */
char *sos_host(const char *text)
{
	g_autofree char *line = g_strndup(text, strcspn(text, "\n"));
	g_auto(GStrv) f = g_strsplit(g_strstrip(line), " ", -1);
	guint n = g_strv_length(f);
	JsonBuilder *b;

	if (n < 6 || strcmp(f[0], "Linux") != 0 || strcmp(f[n - 1], "GNU/Linux") != 0)
		return NULL;
	b = json_make_object();
	json_make_text(b, "hostname", f[1]);
	json_make_text(b, "kernel", f[2]);
	json_make_text(b, "arch", f[n - 2]);
	json_make_int(b, "uid", 0);
	return json_make_end(b);
}

/* "Fri Feb 11 00:10:03 UTC 2022", and with LC_TIME=en_US "Fri Feb 11 12:10:03 AM UTC 2022". */
static bool clock_of(const char *line, int64_t *ret_s)
{
	static const char *const formats[] = { "%a %b %d %H:%M:%S UTC %Y", "%a %d %b %Y %H:%M:%S UTC",
					       "%a %b %d %I:%M:%S %p UTC %Y",
					       "%a %d %b %Y %I:%M:%S %p UTC", "%a %Y-%m-%d %H:%M:%S UTC" };

	for (size_t i = 0; i < G_N_ELEMENTS(formats); i++) {
		struct tm tm = { 0 };

		if (strptime(line, formats[i], &tm)) {
			*ret_s = timegm(&tm);
			return *ret_s > 0;
		}
	}
	return false;
}

bool sos_clock(const char *text, int64_t *ret_s)
{
	g_autofree char *copy = g_strdup(text);
	g_autofree char *universal = NULL;

	g_strstrip(copy);
	universal = field(copy, "Universal time");
	if (!universal) {
		const char *indented = strstr(copy, "Universal time:");

		universal = indented ? field(indented, "Universal time") : NULL;
	}
	return clock_of(universal ? universal : copy, ret_s);
}

static void net_free(void *p)
{
	g_free(((struct sos_net *)p)->name);
	g_free(p);
}

/* " default   active   yes   yes": a name may hold blanks, so count from the end. */
GPtrArray *sos_networks(const char *text)
{
	GPtrArray *nets = g_ptr_array_new_with_free_func(net_free);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	for (size_t i = 0; lines[i]; i++) {
		g_autoptr(GRegex) regex = g_regex_new("^ (\\S.*?) +(active|inactive) +(yes|no) +(yes|no) *$",
						      0, 0, NULL);
		g_autoptr(GMatchInfo) m = NULL;
		struct sos_net *net;

		if (!g_regex_match(regex, lines[i], 0, &m))
			continue;
		g_autofree char *state = g_match_info_fetch(m, 2), *start = g_match_info_fetch(m, 3);
		g_autofree char *persistent = g_match_info_fetch(m, 4);

		net = g_new0(struct sos_net, 1);
		*net = (struct sos_net){ g_match_info_fetch(m, 1), strcmp(state, "active") == 0,
					 strcmp(start, "yes") == 0, strcmp(persistent, "yes") == 0 };
		g_ptr_array_add(nets, net);
	}
	return nets;
}
