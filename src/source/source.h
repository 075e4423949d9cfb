// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source - the one door to the world: every file, directory, libvirt answer and clock is a query
 *
 * A source answers queries. Sources stack: a live host is files plus libvirt, each behind a child
 * with a deadline, and on top a record that asks below once and remembers; a case tree is the
 * same record, filled from a directory. Nothing else in the program may look at the host, and
 * whoever holds a source cannot tell a live host from a recording of it.
 *
 * Paths are absolute. What is not a file has a path below /vmdoctor/, where a recording keeps it
 * (/vmdoctor/libvirt/version.json, /vmdoctor/clock): a recording is simply a tree of paths.
 */
#ifndef VMDOCTOR_SOURCE_H
#define VMDOCTOR_SOURCE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/cleanup.h"

/** What is asked about a path. */
enum source_verb {
	SOURCE_READ,   /* the content, at most source_cap_bytes(); of a log, its end */
	SOURCE_LIST,   /* the names in a directory, sorted, each ended by a newline */
	SOURCE_LINK,   /* the target of a symbolic link */
	SOURCE_STAT,   /* "mode=0100644 uid=0 gid=0 size=12 ..." of the path, links followed */
	SOURCE_FS,     /* "type=ext4 mount=/srv flags=rw free=… size=…" of its file system */
	SOURCE_DIRECT, /* may it be opened with O_DIRECT? an empty answer: yes; -EINVAL: no */
	SOURCE_HEAD,   /* a disk image's header where its format is known, else its magic only */
	SOURCE_VERB_MAX_
};

/** One question. @path is borrowed. */
struct query {
	enum source_verb verb;
	unsigned int tick; /* 0 for the first look, 1 … for later ones: rates need two */
	const char *path;
};

/**
 * One answer. Three kinds of nothing are kept apart by @error:
 *   -ENOENT               looked, and it is not there
 *   -EACCES, -ETIMEDOUT … looked, and could not see
 *   -ENODATA              this recording never looked
 */
struct answer {
	int error;	/* 0, or -errno as above */
	bool truncated; /* there was more than the cap */
	GBytes *data;	/* owned; NULL on error */
};

/** What SOURCE_STAT says. Source: stat(2); label: xattr security.selinux; acl: xattr
 *  system.posix_acl_access, where it says more than the mode; attributes: statx(2). */
struct source_stat {
	unsigned int mode; /* with the type bits */
	unsigned int uid, gid;
	uint64_t size_bytes, allocated_bytes, inode, device, rdev;
	int64_t mtime_s;
	char *label; /* SELinux context, or NULL; owned */
	char *acl;   /* "user:64055:--x,group::r-x,mask::r-x", or NULL; owned */
	bool is_immutable, is_append_only; /* chattr(1) */
};

/** What SOURCE_FS says. Source: statfs(2), mountinfo of PID 1 (proc(5)). */
struct source_fs {
	char *type, *mount;	    /* ext4, nfs4, fuse.sshfs; owned */
	char *flags;		    /* "rw,relatime"; NULL with a type: only this program has that mount; owned */
	uint64_t free_bytes;	    /* f_bavail: what a process without privilege may still write */
	uint64_t size_bytes;
};

struct source;
struct source_ops {
	/* Fills *ret, always: a failure is an answer. */
	void (*ask)(struct source *src, const struct query *q, struct answer *ret);
	void (*free)(struct source *src);
};
/** The first member of every kind of source. */
struct source {
	const struct source_ops *ops;
};

/** source_ask - *ret is overwritten; answer_done() it. */
void source_ask(struct source *src, const struct query *q, struct answer *ret);
void source_free(struct source *src); /* NULL is fine */
AUTO_FREE(struct source, source)
void answer_done(struct answer *a);

/* Typed questions, tick 0. Return: 0 or -errno; ret_ untouched on failure. */

/**
 * source_read - the whole of one file or pseudo-file
 * @ret_data: NUL-ended (the NUL is not counted), at most source_cap_bytes(path)
 * @ret_size: bytes, or NULL
 * Return: 0; 1 when it was cut at the cap; -errno. Source: proc(5): st_size is 0 there, so read on.
 */
int source_read(struct source *src, const char *path, char **ret_data, size_t *ret_size);
/** source_readf - source_read() of a path that is put together, "/proc/%s/status" */
int source_readf(struct source *src, char **ret_data, const char *format, ...) G_GNUC_PRINTF(3, 4);
int source_list(struct source *src, const char *path, GStrv *ret_names);
int source_link(struct source *src, const char *path, char **ret_target);
int source_stat(struct source *src, const char *path, struct source_stat *ret);
int source_fs(struct source *src, const char *path, struct source_fs *ret);
/** source_direct - 0: O_DIRECT works there; -EINVAL: it does not; other: not known */
int source_direct(struct source *src, const char *path);
int source_head(struct source *src, const char *path, GBytes **ret);
void source_stat_done(struct source_stat *st);
void source_fs_done(struct source_fs *fs);

/** source_cap_bytes - the most that a read of @path may return; the one table of caps. */
size_t source_cap_bytes(const char *path);
/** source_cap_is_tail - is the end, not the start, kept when @path is longer than its cap? */
bool source_cap_is_tail(const char *path);
/** source_path_escape - @name as one path component: %XX for '/', '%', control bytes, lead dot */
char *source_path_escape(const char *name);
char *source_path_unescape(const char *component);

extern const char *const source_verb_names[SOURCE_VERB_MAX_];

/* Kinds of sources. Each owns what it is given. */

/**
 * source_fs_new - the files below @root; links are followed inside @root only, unless it is "/"
 * Reads nothing but regular files; of images only what SOURCE_HEAD says. Opens nothing for writing.
 */
struct source *source_fs_new(const char *root);
/** source_virt_new - /vmdoctor/libvirt/…, one libvirt connection; opened at the first question.
 *  @uri: NULL for libvirt's default; @agent: read-write, and only for guest/… */
struct source *source_virt_new(const char *uri, bool agent);
/** source_define_new - what libvirt's parser and schema say to @xml (text, borrowed) of a domain that is about to be
 *  defined, as a daemon would log it: SOURCE_DEFINE_LOG; -ENOENT: nothing */
struct source *source_define_new(const void *xml);
#define SOURCE_DEFINE_LOG "/vmdoctor/libvirt/define.log"
/** source_osinfo_new - /vmdoctor/osinfo/ID.json out of this machine's osinfo-db */
struct source *source_osinfo_new(void);
/** source_osinfo_load - reads what each question needs: now, not at the first one */
void source_osinfo_load(struct source *osinfo);
/** source_journal_new - /var/log/journal.txt: the newest lines of the systemd journal about guests;
 *  @dir: of journal files, or NULL for this host's */
struct source *source_journal_new(const char *dir);
/** source_audit_new - /vmdoctor/audit.txt: the newest records about guests of the audit logs in
 *  @dir, out of files of any size; /vmdoctor/audit-status.json: the kernel's own count */
struct source *source_audit_new(const char *dir);
/** source_guard_start - the child now, not at the first question: it is forked off a smaller parent */
void source_guard_start(struct source *guard);
/** source_guard_rest - ends the child; the next question begins a new one */
void source_guard_rest(struct source *guard);
/** source_guard_deadline - of the questions from now on */
void source_guard_deadline(struct source *guard, unsigned int deadline_ms);
/** source_net_new - /vmdoctor/net/…: devices, routes, packet filter of this network namespace */
struct source *source_net_new(const void *unused);
/** source_cgroup_new - /vmdoctor/cgroup/PID/devices.txt: devices that its control groups let it open */
struct source *source_cgroup_new(const void *unused);
/** source_open_new - /vmdoctor/open/NAME: the processes that have a file open */
struct source *source_open_new(const void *unused);
/** source_guard_new - what @make(@arg) makes, in a child; no answer in @deadline_ms: -ETIMEDOUT */
struct source *source_guard_new(struct source *(*make)(const void *arg), const void *arg,
				unsigned int deadline_ms);
/** source_sample_new - /vmdoctor/threads/PID.txt, /vmdoctor/processes.txt: CPU counters of many at once */
struct source *source_sample_new(const void *unused);
/** How a network probe goes; strings are borrowed, NULL where not given. */
struct source_probe_options {
	gboolean force;   /* join a bridge that runs STP and has a port to the outside, too */
	const char *target; /* IPv4 address outside, to be reached */
	const char *name;   /* to be asked of the name server */
	const char *pcap;   /* a new file for the headers of what is seen */
};
/** source_probe_new - /vmdoctor/probe/TAP/MAC/ADDRESS.json: injects frames; one question, then the
 *  process has no privilege left */
struct source *source_probe_new(const struct source_probe_options *o);
/** source_live_new - the host that @uri leads to; files are read only where it is this machine
 *  @probe: NULL: no frame is sent; borrowed */
struct source *source_live_new(const char *uri, bool ask_guest,
			       const struct source_probe_options *probe);
/** source_live_rest - for who goes on with few questions: ends all children but libvirt's, which knows who will be asked
 *  for; the next question begins a new one */
void source_live_rest(struct source *live);
/** source_live_read_guest_files - its agents are asked for files in guests, too: libvirt marks a domain of
 *  which that was asked as tainted (custom-ga-command), so it is for those who want it */
void source_live_read_guest_files(struct source *live);
/** source_tree_new - a case tree; -ENOENT, -ENOTDIR, -EBADMSG with @error set */
struct source *source_tree_new(const char *dir, GError **error);
/** source_tree_over - a case tree whose files @files has; owned. -EBADMSG with @error set */
struct source *source_tree_over(struct source *files, GError **error);

/** source_knowledge_new - /vmdoctor/osinfo/ only: this machine's osinfo-db, in a child. It lies
 *  under a case tree: what an OS supports is no state of the host that was recorded. */
struct source *source_knowledge_new(void);
/** source_overlay_new - @upper; what that never looked at, @lower is asked */
struct source *source_overlay_new(struct source *upper, struct source *lower);
/** source_borrow - @src, which stays when this is freed: for one that lies under several */
struct source *source_borrow(struct source *src);

/* The record: a memo over another source, or over nothing. */

struct record;
/** record_new - @below is asked once for each query; NULL: what was not put answers -ENODATA */
struct source *record_new(struct source *below);
/** record_put - as if it had been asked and answered; takes over @a's data */
void record_put(struct source *record, const struct query *q, struct answer *a);
/** record_put_text - a file's content, for tests and for single files */
void record_put_text(struct source *record, const char *path, const char *text);
/** record_seal - from now on a new question is answered -ENODATA: gathering is over */
void record_seal(struct source *record);
/** record_seal_ticks - from now on a new question for a tick above 0 is answered -ENODATA: a counter
 *  that is read later than the others would give a wrong rate */
void record_seal_ticks(struct source *record);
/** record_left_us - until its deadline; INT64_MAX: it has none */
int64_t record_left_us(struct source *record);
/** record_save - as a case tree in the new directory @dir, mode 0700, which is there whole or not at all; made beside it and renamed.
 *  Return: 0 or -errno; -EEXIST */
int record_save(struct source *record, const char *dir);
/** Takes one file of a case tree: its path from the tree's root on, "/etc/passwd". NULL: it is empty. */
typedef int (*record_put_file)(void *data, const char *path, GBytes *content);
/** record_export - hands all files of the case tree to @put, the manifest first, then by name
 *  Return: 0, -EINVAL (a path leaves the tree), or what @put returned: that ends it */
int record_export(struct source *record, record_put_file put, void *data);
/** record_each - shows every question that was answered, and its answer, in the order of a manifest */
void record_each(struct source *record,
		 void (*each)(void *data, const struct query *q, const struct answer *a), void *data);
/** record_load - adds the entries of a manifest's text. Return: 0, -EBADMSG with @error set */
int record_load(struct source *record, const char *manifest, GError **error);
/** record_deadline - no question goes below after @monotonic_us: -ETIMEDOUT instead */
void record_deadline(struct source *record, int64_t monotonic_us);

#define SOURCE_MANIFEST "/vmdoctor/manifest.tsv"

#endif
