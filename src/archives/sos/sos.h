// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sos - a sosreport's names for what checks ask for
 */
#ifndef VMDOCTOR_SOS_H
#define VMDOCTOR_SOS_H

#include <stdbool.h>

struct source;

/** sos_may_read - is @path the output of a command that sos_map() knows, or a list of those? */
bool sos_may_read(const char *path);
/**
 * sos_map - puts the outputs of commands into @record, at the places where checks look
 * Only what says the same as a live answer; the rest stays -ENODATA. "Now" is the report's time.
 * @record: a tree; one that is no sosreport is left alone.
 * Source: sos 3.9 to 4.12, sos/report/plugins/{__init__,virsh,libvirt,kernel,date,logs}.py
 */
void sos_map(struct source *record);

#endif
