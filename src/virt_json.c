// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_json - libvirt's numbers and enums as JSON and words
 *
 * Source of the words: the constants' names in libvirt-domain.h (9.0, and 9.2 for api-error).
 */
#include "virt.h"

static const char *const nostate_reasons[] = { "unknown" };

static const char *const running_reasons[] = {
	[VIR_DOMAIN_RUNNING_UNKNOWN] = "unknown",
	[VIR_DOMAIN_RUNNING_BOOTED] = "booted",
	[VIR_DOMAIN_RUNNING_MIGRATED] = "migrated",
	[VIR_DOMAIN_RUNNING_RESTORED] = "restored",
	[VIR_DOMAIN_RUNNING_FROM_SNAPSHOT] = "from-snapshot",
	[VIR_DOMAIN_RUNNING_UNPAUSED] = "unpaused",
	[VIR_DOMAIN_RUNNING_MIGRATION_CANCELED] = "migration-canceled",
	[VIR_DOMAIN_RUNNING_SAVE_CANCELED] = "save-canceled",
	[VIR_DOMAIN_RUNNING_WAKEUP] = "wakeup",
	[VIR_DOMAIN_RUNNING_CRASHED] = "crashed",
	[VIR_DOMAIN_RUNNING_POSTCOPY] = "postcopy",
	[VIR_DOMAIN_RUNNING_POSTCOPY_FAILED] = "postcopy-failed",
};

static const char *const paused_reasons[] = {
	[VIR_DOMAIN_PAUSED_UNKNOWN] = "unknown",
	[VIR_DOMAIN_PAUSED_USER] = "user",
	[VIR_DOMAIN_PAUSED_MIGRATION] = "migration",
	[VIR_DOMAIN_PAUSED_SAVE] = "save",
	[VIR_DOMAIN_PAUSED_DUMP] = "dump",
	[VIR_DOMAIN_PAUSED_IOERROR] = "ioerror",
	[VIR_DOMAIN_PAUSED_WATCHDOG] = "watchdog",
	[VIR_DOMAIN_PAUSED_FROM_SNAPSHOT] = "from-snapshot",
	[VIR_DOMAIN_PAUSED_SHUTTING_DOWN] = "shutting-down",
	[VIR_DOMAIN_PAUSED_SNAPSHOT] = "snapshot",
	[VIR_DOMAIN_PAUSED_CRASHED] = "crashed",
	[VIR_DOMAIN_PAUSED_STARTING_UP] = "starting-up",
	[VIR_DOMAIN_PAUSED_POSTCOPY] = "postcopy",
	[VIR_DOMAIN_PAUSED_POSTCOPY_FAILED] = "postcopy-failed",
	[14] = "api-error", /* VIR_DOMAIN_PAUSED_API_ERROR, libvirt 9.2 */
};

static const char *const shutdown_reasons[] = {
	[VIR_DOMAIN_SHUTDOWN_UNKNOWN] = "unknown",
	[VIR_DOMAIN_SHUTDOWN_USER] = "user",
};

static const char *const shutoff_reasons[] = {
	[VIR_DOMAIN_SHUTOFF_UNKNOWN] = "unknown",
	[VIR_DOMAIN_SHUTOFF_SHUTDOWN] = "shutdown",
	[VIR_DOMAIN_SHUTOFF_DESTROYED] = "destroyed",
	[VIR_DOMAIN_SHUTOFF_CRASHED] = "crashed",
	[VIR_DOMAIN_SHUTOFF_MIGRATED] = "migrated",
	[VIR_DOMAIN_SHUTOFF_SAVED] = "saved",
	[VIR_DOMAIN_SHUTOFF_FAILED] = "failed",
	[VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT] = "from-snapshot",
	[VIR_DOMAIN_SHUTOFF_DAEMON] = "daemon",
};

static const char *const crashed_reasons[] = {
	[VIR_DOMAIN_CRASHED_UNKNOWN] = "unknown",
	[VIR_DOMAIN_CRASHED_PANICKED] = "panicked",
};

#define REASONS(table) .reasons = (table), .n_reasons = G_N_ELEMENTS(table)

static const struct state {
	const char *word;
	const char *const *reasons;
	size_t n_reasons;
} states[] = {
	[VIR_DOMAIN_NOSTATE] = { "nostate", REASONS(nostate_reasons) },
	[VIR_DOMAIN_RUNNING] = { "running", REASONS(running_reasons) },
	[VIR_DOMAIN_BLOCKED] = { "blocked", REASONS(nostate_reasons) },
	[VIR_DOMAIN_PAUSED] = { "paused", REASONS(paused_reasons) },
	[VIR_DOMAIN_SHUTDOWN] = { "shutdown", REASONS(shutdown_reasons) },
	[VIR_DOMAIN_SHUTOFF] = { "shutoff", REASONS(shutoff_reasons) },
	[VIR_DOMAIN_CRASHED] = { "crashed", REASONS(crashed_reasons) },
	[VIR_DOMAIN_PMSUSPENDED] = { "pmsuspended", REASONS(nostate_reasons) },
};

char *virt_word(const char *const *names, size_t n, int i)
{
	if (i >= 0 && (size_t)i < n && names[i])
		return g_strdup(names[i]);
	return g_strdup_printf("unknown-%d", i);
}

char *virt_state_word(int state)
{
	if (state >= 0 && (size_t)state < G_N_ELEMENTS(states))
		return g_strdup(states[state].word);
	return g_strdup_printf("unknown-%d", state);
}

char *virt_reason_word(int state, int reason)
{
	if (state >= 0 && (size_t)state < G_N_ELEMENTS(states))
		return virt_word(states[state].reasons, states[state].n_reasons, reason);
	return g_strdup_printf("unknown-%d", reason);
}

char *virt_version_text(unsigned long version)
{
	return g_strdup_printf("%lu.%lu.%lu", version / 1000000, version / 1000 % 1000,
			       version % 1000);
}

static void add_param(JsonBuilder *b, const virTypedParameter *p)
{
	switch (p->type) {
	case VIR_TYPED_PARAM_INT:
		json_make_int(b, p->field, p->value.i);
		break;
	case VIR_TYPED_PARAM_UINT:
		json_make_int(b, p->field, p->value.ui);
		break;
	case VIR_TYPED_PARAM_LLONG:
		json_make_int(b, p->field, p->value.l);
		break;
	case VIR_TYPED_PARAM_ULLONG:
		json_make_u64(b, p->field, p->value.ul);
		break;
	case VIR_TYPED_PARAM_DOUBLE:
		json_builder_set_member_name(b, p->field);
		json_builder_add_double_value(b, p->value.d);
		break;
	case VIR_TYPED_PARAM_BOOLEAN:
		json_make_bool(b, p->field, p->value.b != 0);
		break;
	case VIR_TYPED_PARAM_STRING:
		json_make_text(b, p->field, p->value.s);
		break;
	default: /* of a newer libvirt */
		break;
	}
}

void virt_json_params(JsonBuilder *b, virTypedParameterPtr params, int n,
		      bool (*keep)(const char *field))
{
	for (int i = 0; i < n; i++) {
		if (!keep || keep(params[i].field))
			add_param(b, &params[i]);
	}
}
