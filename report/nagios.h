// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * nagios - the state of a monitoring plug-in, which is its exit status, too
 */
#ifndef VMDOCTOR_NAGIOS_H
#define VMDOCTOR_NAGIOS_H

struct report;

/** What a plug-in prints that could not run. */
#define NAGIOS_CANNOT "VMDOCTOR UNKNOWN - could not run; see its standard error"

enum nagios_state { NAGIOS_OK, NAGIOS_WARNING, NAGIOS_CRITICAL, NAGIOS_UNKNOWN };

/** nagios_state - by the worst finding; without --fail-on, which is about the other formats */
enum nagios_state nagios_state(const struct report *r);

#endif
