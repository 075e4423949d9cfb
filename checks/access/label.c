// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * label - SELinux labels and AppArmor profiles of a running domain's images
 *
 * Writes, on the nodes access of the check of that name, of a running domain's disks:
 *   @label @label-expected  SELinux's, and the one that libvirt gave (absent: it gives another one)
 *   @selinux (enforcing, permissive)
 *   @profile (yes, no)  does the domain's AppArmor profile name it? of one that is confined
 * and confinement @model (apparmor) @profile @mode (enforce, complain, …; none: not loaded), @error
 * Source: libvirt src/security/security_{selinux,apparmor}.c; apparmor.d(5) "Globbing"
 */
#include <errno.h>

#include "checks/check.h"
#include "checks/access/security.h"

#define PROFILES "/sys/kernel/security/apparmor/profiles"

static const char *const reads[] = {
	"/sys/fs/selinux/enforce",
	PROFILES,
	"/etc/apparmor.d/*",
	"image:",
	NULL,
};

static bool is_active(const xmlNode *vm)
{
	return g_strcmp0(facts_get(vm, "active"), "yes") == 0;
}

static void set_enforcing(struct source *src, xmlNode *access)
{
	g_autofree char *text = NULL;

	if (source_read(src, "/sys/fs/selinux/enforce", &text, NULL) >= 0)
		facts_set(access, "selinux", *text == '1' ? "enforcing" : "permissive");
}

/* libvirt gives the image label to a disk of one domain only; shared and read-only ones get others.
 */
static void add_selinux(struct source *src, xmlNode *vm, xmlNode *access, const xmlNode **at)
{
	const xmlNode *domain = xml_child(vm, "domain");
	const xmlNode *label = security_label(domain, "selinux");
	const xmlNode *disk = security_disk(domain, facts_get(access, "disk"), at);
	g_autofree char *expected = xml_text(xml_child(label, "imagelabel"));
	struct source_stat st = { 0 };

	if (!is_active(vm) || !security_model(vm, "selinux") || !*expected ||
	    security_forbids(label) || !disk ||
	    source_stat(src, facts_get(access, "path"), &st) < 0)
		return;
	facts_set(access, "label", st.label);
	if (g_strcmp0(facts_get(access, "want"), "rw") == 0 && !xml_child(disk, "shareable") &&
	    !xml_child(xml_child(disk, "source"), "seclabel"))
		facts_set(access, "label-expected", expected);
	set_enforcing(src, access);
	source_stat_done(&st);
}

/* A profile's rule as a regular expression. Source: apparmor.d(5) "Globbing" */
static char *aa_regex(const char *glob)
{
	GString *re = g_string_new("^");
	unsigned int depth = 0;

	for (const char *p = glob; *p; p++) {
		if (g_str_has_prefix(p, "**")) {
			g_string_append(re, ".*");
			p++;
		} else if (*p == '*') {
			g_string_append(re, "[^/]*");
		} else if (*p == '?') {
			g_string_append(re, "[^/]");
		} else if (*p == '{' || (depth && (*p == '}' || *p == ','))) {
			depth += *p == '{' ? 1 : *p == '}' ? -1u : 0;
			g_string_append(re, *p == '{' ? "(" : *p == '}' ? ")" : "|");
		} else if (*p == '\\' && p[1]) {
			g_string_append_printf(re, "\\%c", *++p);
		} else {
			g_string_append_printf(re, strchr(".+()|^$", *p) ? "\\%c" : "%c", *p);
		}
	}
	g_string_append(re, "$");
	return g_string_free(re, FALSE);
}

static bool aa_names(const char *text, const char *path)
{
	g_auto(GStrv) lines = g_strsplit(text, "\n", 0);

	for (size_t i = 0; lines[i]; i++) {
		const char *line = lines[i] + strspn(lines[i], " \t");
		g_autofree char *glob = NULL, *re = NULL;

		line += g_str_has_prefix(line, "owner ") ? strlen("owner ") : 0;
		if (*line == '"')
			glob = g_strndup(line + 1, strcspn(line + 1, "\""));
		else if (*line == '/')
			glob = g_strndup(line, strcspn(line, " \t"));
		else
			continue;
		re = aa_regex(glob);
		if (g_regex_match_simple(re, path, 0, 0))
			return true;
	}
	return false;
}

static bool is_confined(struct source *src, const char *uuid)
{
	g_autofree char *text = NULL;
	g_autofree char *wanted = g_strdup_printf("libvirt-%s (enforce)", uuid);

	return source_read(src, PROFILES, &text, NULL) >= 0 &&
	       strstr(text, wanted);
}

#define ABSTRACTION "/etc/apparmor.d/abstractions/libvirt-qemu"

/* The profile's own text, what libvirt added for this start, what all guests may, and what the
 * host's admin adds. */
static GPtrArray *profile_texts(struct source *src, const char *uuid)
{
	GPtrArray *paths = g_ptr_array_new_with_free_func(g_free);
	g_auto(GStrv) more = NULL;

	g_ptr_array_add(paths, g_strdup_printf("/etc/apparmor.d/libvirt/libvirt-%s.files", uuid));
	g_ptr_array_add(paths, g_strdup_printf("/etc/apparmor.d/libvirt/libvirt-%s", uuid));
	g_ptr_array_add(paths, g_strdup(ABSTRACTION));
	g_ptr_array_add(paths, g_strdup("/etc/apparmor.d/local/abstractions/libvirt-qemu"));
	if (source_list(src, ABSTRACTION ".d", &more) == 0)
		for (size_t i = 0; more[i]; i++)
			if (*more[i])
				g_ptr_array_add(paths,
						g_strconcat(ABSTRACTION ".d/", more[i], NULL));
	return paths;
}

/* VERDICT_UNKNOWN: one of the texts could not be read. */
static enum verdict is_in_profile(struct source *src, const char *uuid, const char *path)
{
	g_autoptr(GPtrArray) paths = profile_texts(src, uuid);
	enum verdict v = VERDICT_NO;

	for (guint i = 0; i < paths->len; i++) {
		g_autofree char *text = NULL;
		int r = source_read(src, paths->pdata[i], &text, NULL);

		if (r >= 0 && aa_names(text, path))
			return VERDICT_YES;
		if (r != 0 && !(r == -ENOENT && i > 0))
			v = VERDICT_UNKNOWN;
	}
	return v;
}

/* AppArmor judges the path without links: that of the last step. */
static void add_apparmor(struct source *src, xmlNode *vm, xmlNode *access)
{
	const char *uuid = facts_get(vm, "uuid");
	const xmlNode *step = xmlGetLastChild(access);
	enum verdict v;

	if (!is_active(vm) || !uuid || !step || !security_model(vm, "apparmor") ||
	    !facts_get(access, "disk") || facts_get(step, "error") || !is_confined(src, uuid))
		return;
	v = is_in_profile(src, uuid, facts_get(step, "path"));
	if (v != VERDICT_UNKNOWN)
		facts_set(access, "profile", verdict_names[v]);
}

/* "NAME (mode)", one a line; none: unloading a profile lets its processes go free. */
static char *profile_mode(const char *profiles, const char *name)
{
	g_auto(GStrv) lines = g_strsplit(profiles, "\n", 0);
	g_autofree char *prefix = g_strconcat(name, " (", NULL);

	for (size_t i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], prefix))
			return g_strndup(lines[i] + strlen(prefix), strcspn(lines[i] + strlen(prefix), ")"));
	return g_strdup("none");
}

static void add_confinement(struct source *src, xmlNode *vm)
{
	const xmlNode *label = security_label(xml_child(vm, "domain"), "apparmor");
	g_autofree char *name = xml_text(xml_child(label, "label"));
	g_autofree char *text = NULL, *mode = NULL;
	xmlNode *node;
	int r;

	if (!is_active(vm) || !*name || !security_model(vm, "apparmor"))
		return;
	node = facts_add(vm, "confinement");
	facts_set(node, "model", "apparmor");
	facts_set(node, "profile", name);
	facts_from(node, PROFILES, 0);
	r = source_read(src, PROFILES, &text, NULL);
	if (r == 0)
		mode = profile_mode(text, name);
	else
		facts_error(node, r < 0 ? r : -EFBIG);
	facts_set(node, "mode", mode);
}

static void gather_label(struct source *src, xmlNode *vm)
{
	const xmlNode *disk = NULL;

	add_confinement(src, vm);
	for (xmlNode *access = xml_child(vm, "access"); access;
	     access = xml_next(access, "access")) {
		add_selinux(src, vm, access, &disk);
		add_apparmor(src, vm, access);
	}
}

const struct check check_label = {
	.name = "label",
	.summary = "SELinux labels and AppArmor profiles of running domains' images",
	.reads = reads,
	.vm = gather_label,
};
