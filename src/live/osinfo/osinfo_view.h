// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * osinfo_view - feeds chosen files to libosinfo's loader, which knows only whole directories
 */
#ifndef VMDOCTOR_OSINFO_VIEW_H
#define VMDOCTOR_OSINFO_VIEW_H

#include <osinfo/osinfo.h>
#include <stdbool.h>

/** One file of the view: what libosinfo sees, and what is behind it. */
struct osinfo_file {
	char *name; /* "os/debian.org/debian-12.xml": libosinfo wants an entity's id in it */
	char *path; /* "/usr/share/osinfo/os/debian.org/debian-12.xml" */
};

void osinfo_file_free(struct osinfo_file *file);

/**
 * osinfo_view_load - osinfo_loader_process_path() on a directory that holds only @files
 * @files: array of struct osinfo_file; borrowed
 * Return: false with @error set when one of the files is broken
 */
bool osinfo_view_load(OsinfoLoader *loader, GPtrArray *files, GError **error);

#endif
