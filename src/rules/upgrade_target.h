// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * upgrade - what versions of QEMU, libvirt and distributions bring and take away
 *
 * Tables of the program's own, rules/upgrade/NAME.tsv: their first line names the columns, their
 * head says where they are from.
 */
#ifndef VMDOCTOR_UPGRADE_H
#define VMDOCTOR_UPGRADE_H

#include <glib.h>
#include <stdbool.h>

struct upgrade_table {
	GStrv columns;
	GPtrArray *rows; /* of GStrv, each as long as columns */
};

/** upgrade_table - machines, features, cpu-models, releases or minimum-qemu; read once, kept.
 *  NULL when it cannot be read: the program is not whole. */
const struct upgrade_table *upgrade_table(const char *name);
/** upgrade_cell - "" where there is none, or no such column */
const char *upgrade_cell(const struct upgrade_table *t, const GStrv row, const char *column);
/** upgrade_find - the first row whose @column is @value, or one of its words; or NULL */
GStrv upgrade_find(const struct upgrade_table *t, const char *column, const char *value);

/** What is upgraded to; strings are owned, NULL where the user did not say and no table knows. */
struct upgrade_target {
	char *qemu, *libvirt;
	GStrv release; /* row of the table releases, borrowed; or NULL */
	char *version; /* of the release: "13", "24.04", "9.4" */
};

/**
 * upgrade_target_parse - "qemu-9.2", "libvirt-10.4", both with a comma, "debian13", "noble"
 * Return: false with @error, which offers names that come close.
 */
bool upgrade_target_parse(const char *text, struct upgrade_target *ret, GError **error);
void upgrade_target_done(struct upgrade_target *t);
/** upgrade_names - of all releases, with @separator between them; g_free() it */
char *upgrade_names(const char *separator);
/** upgrade_minimum_qemu - the oldest QEMU that this libvirt works with, or NULL: any */
const char *upgrade_minimum_qemu(const char *libvirt);

#endif
