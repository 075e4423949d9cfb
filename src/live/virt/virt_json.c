// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_json - libvirt's numbers and enums as JSON and words
 *
 * Source of the words: the constants' names in libvirt-domain.h (9.0, and 9.2 for api-error).
 */
#include "live/virt/virt.h"

#include "base/json_make.h"
#include "base/i18n.h"

static const char *const nostate_reasons[] = { NC_("domain state", "unknown") };

static const char *const running_reasons[] = {
	[VIR_DOMAIN_RUNNING_UNKNOWN] = NC_("domain state", "unknown"),
	[VIR_DOMAIN_RUNNING_BOOTED] = NC_("domain state", "booted"),
	[VIR_DOMAIN_RUNNING_MIGRATED] = NC_("domain state", "migrated"),
	[VIR_DOMAIN_RUNNING_RESTORED] = NC_("domain state", "restored"),
	[VIR_DOMAIN_RUNNING_FROM_SNAPSHOT] = NC_("domain state", "from-snapshot"),
	[VIR_DOMAIN_RUNNING_UNPAUSED] = NC_("domain state", "unpaused"),
	[VIR_DOMAIN_RUNNING_MIGRATION_CANCELED] = NC_("domain state", "migration-canceled"),
	[VIR_DOMAIN_RUNNING_SAVE_CANCELED] = NC_("domain state", "save-canceled"),
	[VIR_DOMAIN_RUNNING_WAKEUP] = NC_("domain state", "wakeup"),
	[VIR_DOMAIN_RUNNING_CRASHED] = NC_("domain state", "crashed"),
	[VIR_DOMAIN_RUNNING_POSTCOPY] = NC_("domain state", "postcopy"),
	[VIR_DOMAIN_RUNNING_POSTCOPY_FAILED] = NC_("domain state", "postcopy-failed"),
};

static const char *const paused_reasons[] = {
	[VIR_DOMAIN_PAUSED_UNKNOWN] = NC_("domain state", "unknown"),
	[VIR_DOMAIN_PAUSED_USER] = NC_("domain state", "user"),
	[VIR_DOMAIN_PAUSED_MIGRATION] = NC_("domain state", "migration"),
	[VIR_DOMAIN_PAUSED_SAVE] = NC_("domain state", "save"),
	[VIR_DOMAIN_PAUSED_DUMP] = NC_("domain state", "dump"),
	[VIR_DOMAIN_PAUSED_IOERROR] = NC_("domain state", "ioerror"),
	[VIR_DOMAIN_PAUSED_WATCHDOG] = NC_("domain state", "watchdog"),
	[VIR_DOMAIN_PAUSED_FROM_SNAPSHOT] = NC_("domain state", "from-snapshot"),
	[VIR_DOMAIN_PAUSED_SHUTTING_DOWN] = NC_("domain state", "shutting-down"),
	[VIR_DOMAIN_PAUSED_SNAPSHOT] = NC_("domain state", "snapshot"),
	[VIR_DOMAIN_PAUSED_CRASHED] = NC_("domain state", "crashed"),
	[VIR_DOMAIN_PAUSED_STARTING_UP] = NC_("domain state", "starting-up"),
	[VIR_DOMAIN_PAUSED_POSTCOPY] = NC_("domain state", "postcopy"),
	[VIR_DOMAIN_PAUSED_POSTCOPY_FAILED] = NC_("domain state", "postcopy-failed"),
	[14] = NC_("domain state", "api-error"), /* VIR_DOMAIN_PAUSED_API_ERROR, libvirt 9.2 */
};

static const char *const shutdown_reasons[] = {
	[VIR_DOMAIN_SHUTDOWN_UNKNOWN] = NC_("domain state", "unknown"),
	[VIR_DOMAIN_SHUTDOWN_USER] = NC_("domain state", "user"),
};

static const char *const shutoff_reasons[] = {
	[VIR_DOMAIN_SHUTOFF_UNKNOWN] = NC_("domain state", "unknown"),
	[VIR_DOMAIN_SHUTOFF_SHUTDOWN] = NC_("domain state", "shutdown"),
	[VIR_DOMAIN_SHUTOFF_DESTROYED] = NC_("domain state", "destroyed"),
	[VIR_DOMAIN_SHUTOFF_CRASHED] = NC_("domain state", "crashed"),
	[VIR_DOMAIN_SHUTOFF_MIGRATED] = NC_("domain state", "migrated"),
	[VIR_DOMAIN_SHUTOFF_SAVED] = NC_("domain state", "saved"),
	[VIR_DOMAIN_SHUTOFF_FAILED] = NC_("domain state", "failed"),
	[VIR_DOMAIN_SHUTOFF_FROM_SNAPSHOT] = NC_("domain state", "from-snapshot"),
	[VIR_DOMAIN_SHUTOFF_DAEMON] = NC_("domain state", "daemon"),
};

static const char *const crashed_reasons[] = {
	[VIR_DOMAIN_CRASHED_UNKNOWN] = NC_("domain state", "unknown"),
	[VIR_DOMAIN_CRASHED_PANICKED] = NC_("domain state", "panicked"),
};

#define REASONS(table) .reasons = (table), .n_reasons = G_N_ELEMENTS(table)

static const struct state {
	const char *word;
	const char *const *reasons;
	size_t n_reasons;
} states[] = {
	[VIR_DOMAIN_NOSTATE] = { NC_("domain state", "nostate"), REASONS(nostate_reasons) },
	[VIR_DOMAIN_RUNNING] = { NC_("domain state", "running"), REASONS(running_reasons) },
	[VIR_DOMAIN_BLOCKED] = { NC_("domain state", "blocked"), REASONS(nostate_reasons) },
	[VIR_DOMAIN_PAUSED] = { NC_("domain state", "paused"), REASONS(paused_reasons) },
	[VIR_DOMAIN_SHUTDOWN] = { NC_("domain state", "shutdown"), REASONS(shutdown_reasons) },
	[VIR_DOMAIN_SHUTOFF] = { NC_("domain state", "shutoff"), REASONS(shutoff_reasons) },
	[VIR_DOMAIN_CRASHED] = { NC_("domain state", "crashed"), REASONS(crashed_reasons) },
	[VIR_DOMAIN_PMSUSPENDED] = { NC_("domain state", "pmsuspended"), REASONS(nostate_reasons) },
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
		json_make_double(b, p->field, p->value.d);
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
