// SPDX-License-Identifier: GPL-2.0-or-later
/* text_words - phrases that every format for people has */
#include "report/text_words.h"

#include <string.h>

#include "findings/report.h"
#include "report/places.h"
#include "base/i18n.h"

/* Hosts and domains are full of "host" subjects and of subjects that repeat the domain's name. */
char *text_place(const char *domain, const char *subject)
{
	const char *who = domain ? domain : _("host");

	if (!subject || !*subject || g_str_equal(subject, domain ? domain : "host"))
		return g_strdup(who);
	return g_strdup_printf("%s, %s", who, subject);
}

char *text_source(const struct evidence *e)
{
	g_autofree char *command = place_command(e->source);
	const char *at = e->locator;

	if (!at || !*at)
		return g_strdup(command ? command : e->source);
	if (command)
		return g_strdup_printf("%s, %s", command, at);
	if (g_str_has_prefix(at, "line ") && g_ascii_isdigit(at[5]))
		at += strlen("line ");
	return g_strdup_printf("%s:%s", e->source, at);
}

char *text_time(const char *taken)
{
	g_autoptr(GTimeZone) utc = g_time_zone_new_utc();
	g_autoptr(GDateTime) time = g_date_time_new_from_iso8601(taken, utc);
	g_autoptr(GDateTime) in_utc = time ? g_date_time_to_utc(time) : NULL;

	return in_utc ? g_date_time_format(in_utc, "%F %T UTC") : g_strdup(taken);
}

const char *text_state_name(const struct report_domain *d)
{
	return d->state ? i18n_state(d->state) : _("state unknown");
}

char *text_state(const struct report_domain *d)
{
	return d->reason ? g_strdup_printf("%s (%s)", text_state_name(d), i18n_state(d->reason))
			 : g_strdup(text_state_name(d));
}
