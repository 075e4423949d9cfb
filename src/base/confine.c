// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine - see confine.h
 *
 * Source: capabilities(7), setrlimit(2), PR_SET_NO_NEW_PRIVS in prctl(2); Linux
 * Documentation/userspace-api/landlock.rst
 */
#include "base/confine.h"

#include <cap-ng.h>
#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define NOBODY_ID 65534

/* Which reserves terabytes of addresses. */
#ifdef __has_feature
#define HAS_SANITIZER __has_feature(address_sanitizer)
#elif defined(__SANITIZE_ADDRESS__)
#define HAS_SANITIZER 1
#else
#define HAS_SANITIZER 0
#endif

static const uint64_t all_rights = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE | LANDLOCK_ACCESS_FS_READ_FILE |
				   LANDLOCK_ACCESS_FS_READ_DIR | LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
				   LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR | LANDLOCK_ACCESS_FS_MAKE_REG |
				   LANDLOCK_ACCESS_FS_MAKE_SOCK | LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
				   LANDLOCK_ACCESS_FS_MAKE_SYM;

static void limit(int what, uint64_t most)
{
	const struct rlimit l = { most, most };

	setrlimit(what, &l);
}

/* Of a file, what can be done with directories is no right and refused. */
static void allow(int rules, const char *path)
{
	const uint64_t of_files = LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_READ_FILE;
	struct landlock_path_beneath_attr below = { .parent_fd = open(path, O_PATH | O_CLOEXEC),
						    .allowed_access = of_files | LANDLOCK_ACCESS_FS_READ_DIR };

	if (below.parent_fd < 0)
		return;
	if (syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0) < 0) {
		below.allowed_access = of_files;
		syscall(SYS_landlock_add_rule, rules, LANDLOCK_RULE_PATH_BENEATH, &below, 0);
	}
	close(below.parent_fd);
}

static void close_the_rest_of_the_world(const char *const *paths)
{
	const struct landlock_ruleset_attr all = { .handled_access_fs = all_rights };
	int rules = (int)syscall(SYS_landlock_create_ruleset, &all, sizeof(all), 0);

	if (rules < 0)
		return;
	for (size_t i = 0; paths[i]; i++)
		allow(rules, paths[i]);
	syscall(SYS_landlock_restrict_self, rules, 0);
	close(rules);
}

/* A right to read that outlives an exec, for programs that read for us. */
static void become_nobody(bool may_read)
{
	capng_clear(CAPNG_SELECT_BOTH);
	if (may_read)
		capng_updatev(CAPNG_ADD, (capng_type_t)(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_INHERITABLE), CAP_DAC_READ_SEARCH, -1);
	if (capng_change_id(NOBODY_ID, NOBODY_ID, CAPNG_DROP_SUPP_GRP | CAPNG_CLEAR_BOUNDING) < 0)
		(void)capng_apply(CAPNG_SELECT_BOTH);
	if (may_read)
		prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_READ_SEARCH, 0, 0);
}

void confine(const struct confine *c)
{
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (c->paths)
		close_the_rest_of_the_world(c->paths);
	if (geteuid() == 0)
		become_nobody(c->any_owner);
	/* The signal of its parent's end is forgotten with each change of who it is. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (!HAS_SANITIZER)
		limit(RLIMIT_AS, c->memory_bytes);
	limit(RLIMIT_CPU, c->cpu_s);
	limit(RLIMIT_FSIZE, 0);
	limit(RLIMIT_CORE, 0);
	limit(RLIMIT_NOFILE, c->files);
}

bool confine_calls(void)
{
#ifdef __SANITIZE_ADDRESS__ /* which makes other calls when it reports */
	return false;
#else
	static const int calls[] = {
		SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(pread64), SCMP_SYS(lseek), SCMP_SYS(close),
		SCMP_SYS(fstat), SCMP_SYS(newfstatat), SCMP_SYS(fcntl), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(select), SCMP_SYS(mmap),
		SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(mprotect), SCMP_SYS(madvise), SCMP_SYS(brk), SCMP_SYS(futex), SCMP_SYS(clone),
		SCMP_SYS(clone3), SCMP_SYS(set_robust_list), SCMP_SYS(rseq), SCMP_SYS(set_tid_address), SCMP_SYS(sched_yield),
		SCMP_SYS(sched_getaffinity), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn), SCMP_SYS(sigaltstack),
		SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep), SCMP_SYS(gettimeofday), SCMP_SYS(getrandom),
		SCMP_SYS(getpid), SCMP_SYS(gettid), SCMP_SYS(getuid), SCMP_SYS(geteuid), SCMP_SYS(getrusage), SCMP_SYS(prlimit64), SCMP_SYS(setrlimit),
		SCMP_SYS(tgkill), SCMP_SYS(exit), SCMP_SYS(exit_group), SCMP_SYS(restart_syscall), SCMP_SYS(uname), SCMP_SYS(sysinfo),
	};
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	bool ok = filter != NULL;

	for (size_t i = 0; ok && i < G_N_ELEMENTS(calls); i++)
		ok = seccomp_rule_add(filter, SCMP_ACT_ALLOW, calls[i], 0) == 0;
	ok = ok && seccomp_load(filter) == 0;
	if (filter)
		seccomp_release(filter);
	return ok;
#endif
}

char *confine_abilities(void)
{
	long landlock = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
	const char *seccomp = seccomp_api_get() > 0 ? "seccomp" : "no seccomp";

	return landlock > 0 ? g_strdup_printf("%s, Landlock %ld", seccomp, landlock) : g_strdup_printf("%s, no Landlock", seccomp);
}

void confine_no_children(void)
{
	limit(RLIMIT_NPROC, 0);
}

void confine_close_all_but(int a, int b)
{
	unsigned int low = (unsigned int)MIN(a, b), high = (unsigned int)MAX(a, b);

	if (low > STDERR_FILENO + 1)
		close_range(STDERR_FILENO + 1, low - 1, 0);
	if (high > low + 1)
		close_range(low + 1, high - 1, 0);
	close_range(high + 1, ~0U, 0);
}
