// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_cgroup - which devices a process may open, by the BPF programs of its control groups
 *
 * On cgroup v2 the device list of a guest is no file: libvirt attaches a program with one hash map,
 * key (u64) major << 32 | minor, all ones in a half for any; value (u32) access << 16 | type, access
 * 1 mknod, 2 read, 4 write, type 1 block, 2 char.  Every program on the way down from the root is
 * asked, and each must say yes.  The answer has one block for each:
 *
 *	program libvirt           a map of that shape; the lines below are its entries
 *	c 1:3 rw
 *	b 252:0 rwm
 *	program other             what it decides is not known
 *
 * No line at all: no program, so nothing is refused.  Read only, nothing is attached or loaded.
 * Needs CAP_NET_ADMIN for the query and CAP_SYS_ADMIN for what it names; -EPERM otherwise.
 * Source: bpf(2), Linux include/uapi/linux/bpf.h, Documentation/admin-guide/cgroup-v2.rst "Device
 * controller"; libvirt src/util/vircgroupv2devices.c (the map's layout)
 */
#include "source/source.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "live/source_cgroup.h"

#define PROGRAMS_MAX 64
#define ENTRIES_MAX 4096 /* libvirt's map grows by 64 at a time; real ones have some ten */

static int bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static void add_entry(GString *text, uint64_t key, uint32_t value)
{
	static const char types[] = { [1] = 'b', [2] = 'c', [3] = 'a' };
	uint32_t major = (uint32_t)(key >> 32), minor = (uint32_t)key;

	g_string_append_printf(text, "%c ", types[value & 3] ? types[value & 3] : '?');
	if (major == UINT32_MAX)
		g_string_append_c(text, '*');
	else
		g_string_append_printf(text, "%u", major);
	if (minor == UINT32_MAX)
		g_string_append(text, ":* ");
	else
		g_string_append_printf(text, ":%u ", minor);
	g_string_append_printf(text, "%s%s%s\n", value & 2 << 16 ? "r" : "",
			       value & 4 << 16 ? "w" : "", value & 1 << 16 ? "m" : "");
}

/* libvirt changes the map while we walk: an entry that went away is left out, and a walk that starts
 * again ends at the cap. */
static int add_entries(GString *text, int map)
{
	uint64_t key = 0, next = 0;
	uint32_t value = 0;
	bool first = true;

	for (unsigned int n = 0; n < ENTRIES_MAX; n++) {
		union bpf_attr step = { .map_fd = (uint32_t)map,
					.key = first ? 0 : (uintptr_t)&key,
					.next_key = (uintptr_t)&next };
		union bpf_attr look = { .map_fd = (uint32_t)map, .key = (uintptr_t)&next,
					.value = (uintptr_t)&value };
		int r = bpf(BPF_MAP_GET_NEXT_KEY, &step);

		if (r < 0)
			return r == -ENOENT ? 0 : r;
		if (bpf(BPF_MAP_LOOKUP_ELEM, &look) == 0)
			add_entry(text, next, value);
		key = next;
		first = false;
	}
	return -E2BIG;
}

static int open_by_id(int command, uint32_t id)
{
	union bpf_attr attr = { .prog_id = id };

	return bpf(command, &attr);
}

static int info_of(int fd, void *info, uint32_t size)
{
	union bpf_attr attr = { .info = { .bpf_fd = (uint32_t)fd, .info_len = size,
					  .info = (uintptr_t)info } };

	return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

/* The program's only map, if it is of libvirt's shape: -ENOTTY when not. */
static int open_map(int program)
{
	uint32_t ids[2] = { 0 };
	struct bpf_prog_info info = { .nr_map_ids = G_N_ELEMENTS(ids), .map_ids = (uintptr_t)ids };
	struct bpf_map_info shape = { 0 };
	int r = info_of(program, &info, sizeof(info));
	int map;

	if (r < 0 || info.nr_map_ids != 1)
		return r < 0 ? r : -ENOTTY;
	map = open_by_id(BPF_MAP_GET_FD_BY_ID, ids[0]);
	if (map < 0)
		return map;
	r = info_of(map, &shape, sizeof(shape));
	if (r == 0 && (shape.type != BPF_MAP_TYPE_HASH || shape.key_size != sizeof(uint64_t) ||
		       shape.value_size != sizeof(uint32_t)))
		r = -ENOTTY;
	if (r < 0)
		close(map);
	return r < 0 ? r : map;
}

static int add_program(GString *text, uint32_t id)
{
	int program = open_by_id(BPF_PROG_GET_FD_BY_ID, id), map, r;

	if (program < 0)
		return program == -ENOENT ? 0 : program; /* detached since */
	map = open_map(program);
	close(program);
	g_string_append(text, map < 0 ? "program other\n" : "program libvirt\n");
	if (map < 0)
		return map == -ENOTTY ? 0 : map;
	r = add_entries(text, map);
	close(map);
	return r;
}

int source_cgroup_devices(int dir, GString *text)
{
	uint32_t ids[PROGRAMS_MAX] = { 0 };
	union bpf_attr attr = { .query = { .target_fd = (uint32_t)dir,
					   .attach_type = BPF_CGROUP_DEVICE,
					   .query_flags = BPF_F_QUERY_EFFECTIVE,
					   .prog_ids = (uintptr_t)ids,
					   .prog_cnt = PROGRAMS_MAX } };
	int r = bpf(BPF_PROG_QUERY, &attr);

	for (uint32_t i = 0; r == 0 && i < attr.query.prog_cnt; i++)
		r = add_program(text, ids[i]);
	return r < 0 ? r : 0;
}

/* "0::/machine.slice/…" of proc(5) cgroup, as seen from our own group's root. */
static char *group_of(const char *pid)
{
	g_autofree char *file = g_strdup_printf("/proc/%s/cgroup", pid);
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents(file, &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], "0::/"))
			return g_strdup(lines[i] + strlen("0::"));
	return NULL;
}

/* Where cgroup2 is mounted: /sys/fs/cgroup, or /sys/fs/cgroup/unified beside the first version. */
static char *mount_point(void)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) lines = NULL;

	if (!g_file_get_contents("/proc/self/mountinfo", &text, NULL, NULL))
		return NULL;
	lines = g_strsplit(text, "\n", 0);
	for (size_t i = 0; lines[i]; i++) {
		g_auto(GStrv) f = g_strsplit(lines[i], " ", 6);

		if (g_strv_length(f) == 6 && strstr(f[5], " - cgroup2 ") &&
		    strcmp(f[3], "/") == 0)
			return g_strcompress(f[4]);
	}
	return NULL;
}

static int open_group(const char *pid)
{
	g_autofree char *group = group_of(pid), *mount = mount_point(), *path = NULL;
	int fd;

	if (!group || !mount)
		return -ENOENT;
	path = g_strconcat(mount, group, NULL);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static void cgroup_ask(struct source *src G_GNUC_UNUSED, const struct query *q, struct answer *ret)
{
	const char *rest = q->path + strlen(SOURCE_CGROUP);
	g_autofree char *pid = NULL;
	GString *text;
	int dir;

	if (q->verb != SOURCE_READ || !g_str_has_prefix(q->path, SOURCE_CGROUP)) {
		ret->error = -ENODATA;
		return;
	}
	pid = g_strndup(rest, strspn(rest, "0123456789"));
	dir = *pid && g_strcmp0(rest + strlen(pid), "/devices.txt") == 0 ? open_group(pid) : -ENOENT;
	if (dir < 0) {
		ret->error = dir;
		return;
	}
	text = g_string_new(NULL);
	ret->error = source_cgroup_devices(dir, text);
	close(dir);
	if (ret->error == 0)
		ret->data = g_string_free_to_bytes(text);
	else
		g_string_free(text, TRUE);
}

static void cgroup_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops cgroup_ops = { .ask = cgroup_ask, .free = cgroup_free };

struct source *source_cgroup_new(const void *unused G_GNUC_UNUSED)
{
	struct source *s = g_new0(struct source, 1);

	s->ops = &cgroup_ops;
	return s;
}
