// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * daemon_config - configuration of libvirt's daemons, and the log files they write
 *
 * Writes, below /facts/host:
 *   config @daemon (libvirtd, virtqemud …, qemu) with setting @name @value @line
 *          @socket (yes, no: clients can reach it; of libvirtd and virtqemud)
 *   complaint @symptom     what the user complains about; not there: nothing was said
 *   log-output @daemon @level (1 debug … 4 error) @path @size-bytes @fs-free-bytes
 *              @rotated (yes: a file of /etc/logrotate.d names it or its directory)
 *              one for each "LEVEL:file:PATH" in log_outputs
 * A file that is not there is the default; it is written with @error ENOENT.
 * Source: libvirt.org/logging.html, src/remote/libvirtd.conf.in, logrotate(8)
 */
#include <errno.h>

#include "checks/check.h"

static const char *const reads[] = {
	"/etc/libvirt/*.conf",
	"/etc/logrotate.d",
	"/etc/logrotate.d/*",
	"/run/libvirt/libvirt-sock",
	"/run/libvirt/virtqemud-sock",
	"/vmdoctor/symptom",
	"image:", /* log_outputs may name any file: it is only looked at, not read */
	NULL,
};

static const char *const daemons[] = {
	"libvirtd",	"virtqemud",	"virtnetworkd", "virtstoraged", "virtnodedevd",
	"virtinterfaced", "virtnwfilterd", "virtsecretd", "virtproxyd",	"virtlogd",
	"virtlockd",	"qemu",		"network",
};

static void add_setting(void *data, const char *name, const char *value, unsigned int line)
{
	xmlNode *config = data;
	xmlNode *setting = facts_add(config, "setting");

	facts_set(setting, "name", name);
	/* Passwords of consoles stand in qemu.conf; they are nobody's business. That there is none is everybody's. */
	facts_set(setting, "value", strstr(name, "password") && *value ? "(hidden)" : value);
	facts_from(setting, facts_get(config, "from"), line);
}

/* Systemd listens on it also while the daemon rests. */
static void add_socket(struct source *src, xmlNode *config, const char *daemon)
{
	const char *path = strcmp(daemon, "libvirtd") == 0    ? "/run/libvirt/libvirt-sock"
			   : strcmp(daemon, "virtqemud") == 0 ? "/run/libvirt/virtqemud-sock"
							      : NULL;
	struct source_stat st = { 0 };
	int r = path ? source_stat(src, path, &st) : -ENODATA;

	if (r == 0 || r == -ENOENT)
		facts_set(config, "socket", r == 0 ? "yes" : "no");
	source_stat_done(&st);
}

static void add_complaint(struct source *src, xmlNode *host)
{
	static const char path[] = "/vmdoctor/symptom";
	g_autofree char *text = NULL;
	xmlNode *complaint;

	if (source_read(src, path, &text, NULL) < 0)
		return;
	complaint = facts_add(host, "complaint");
	facts_set(complaint, "symptom", g_strstrip(text));
	facts_from(complaint, path, 0);
}

static xmlNode *add_config(struct source *src, xmlNode *host, const char *daemon)
{
	g_autofree char *path = g_strdup_printf("/etc/libvirt/%s.conf", daemon);
	xmlNode *config = facts_add(host, "config");
	g_autofree char *text = NULL;

	facts_set(config, "daemon", daemon);
	facts_from(config, path, 0);
	if (!facts_error(config, source_read(src, path, &text, NULL)))
		parse_conf(text, add_setting, config);
	add_socket(src, config, daemon);
	return config;
}

/* All of logrotate's own files in one text. */
static char *rotation_text(struct source *src)
{
	g_auto(GStrv) names = NULL;
	GString *all = g_string_new(NULL);

	if (source_list(src, "/etc/logrotate.d", &names) == 0)
		for (size_t i = 0; names[i]; i++) {
			g_autofree char *text = NULL;

			if (source_readf(src, &text, "/etc/logrotate.d/%s", names[i]) == 0)
				g_string_append(all, text);
		}
	return g_string_free(all, FALSE);
}

/* It is rotated when a pattern names it, or all logs of its directory. */
static bool is_rotated(const char *rotation, const char *path)
{
	g_autofree char *dir = g_path_get_dirname(path);
	g_autofree char *all = g_strdup_printf("%s/*.log", dir);

	return strstr(rotation, path) || strstr(rotation, all);
}

static void add_output(struct source *src, xmlNode *host, const xmlNode *setting, const char *output,
		       const char *rotation)
{
	g_auto(GStrv) f = g_strsplit(output, ":", 3);
	struct source_stat st = { 0 };
	struct source_fs fs = { 0 };
	xmlNode *node;

	if (g_strv_length(f) != 3 || strcmp(f[1], "file") != 0 || f[2][0] != '/')
		return;
	node = facts_add(host, "log-output");
	facts_set(node, "daemon", facts_get(setting->parent, "daemon"));
	facts_set(node, "level", f[0]);
	facts_set(node, "path", f[2]);
	facts_from(node, facts_get(setting, "from"), (unsigned int)g_ascii_strtoull(facts_get(setting, "line"), NULL, 10));
	facts_set(node, "rotated", is_rotated(rotation, f[2]) ? "yes" : "no");
	if (source_stat(src, f[2], &st) == 0)
		facts_setf(node, "size-bytes", "%" G_GUINT64_FORMAT, st.size_bytes);
	if (source_fs(src, f[2], &fs) == 0)
		facts_setf(node, "fs-free-bytes", "%" G_GUINT64_FORMAT, fs.free_bytes);
	source_stat_done(&st);
	source_fs_done(&fs);
}

static void add_outputs(struct source *src, xmlNode *host, const xmlNode *config, const char *rotation)
{
	for (const xmlNode *s = xml_child(config, "setting"); s; s = xml_next(s, "setting")) {
		g_auto(GStrv) outputs = NULL;

		if (g_strcmp0(facts_get(s, "name"), "log_outputs") != 0)
			continue;
		outputs = g_strsplit_set(facts_get(s, "value"), " \t", 0);
		for (size_t i = 0; outputs[i]; i++)
			add_output(src, host, s, outputs[i], rotation);
	}
}

static void gather_host(struct source *src, xmlNode *host)
{
	g_autofree char *rotation = rotation_text(src);

	add_complaint(src, host);
	for (size_t i = 0; i < G_N_ELEMENTS(daemons); i++) {
		const xmlNode *config = add_config(src, host, daemons[i]);

		add_outputs(src, host, config, rotation);
	}
}

const struct check check_daemon_config = {
	.name = "daemon_config",
	.summary = "configuration of libvirt's daemons, and their log files",
	.reads = reads,
	.host = gather_host,
};
