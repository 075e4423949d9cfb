// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * confine - a child that parses what strangers wrote gives up what it does not need for that
 */
#ifndef VMDOCTOR_CONFINE_H
#define VMDOCTOR_CONFINE_H

#include <stdbool.h>
#include <stdint.h>

struct confine {
	uint64_t memory_bytes; /* of address space */
	unsigned int cpu_s, files;
	/* What it may still open for reading, with what is below it; ended by NULL. NULL: what nobody may. */
	const char *const *paths;
	bool any_owner; /* of these, files that only root may read, too, if it was root */
};

/**
 * confine - no privilege, no new one, no writing, no core; ends with its parent
 * Whoever was root is nobody from here on. Where the kernel has Landlock, only @c->paths can be opened.
 */
void confine(const struct confine *c);
/**
 * confine_calls - from here on only what computing takes: memory, threads, and files that are open already
 * Anything else, a socket, a program, a file, fails with EPERM. Linked in from libseccomp; where the kernel lacks it, nothing
 * changes. Return: is it so?
 */
bool confine_calls(void);
/** confine_abilities - what of this the kernel has, for people: "seccomp, Landlock 4"; g_free() it */
char *confine_abilities(void);
/** confine_close_all_but - all but these two and the standard three */
void confine_close_all_but(int a, int b);
/** confine_no_children - it, and what it becomes, cannot fork either */
void confine_no_children(void);

#endif
