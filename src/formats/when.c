// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * when - points in time as journalctl takes them.
 */
#include "formats/when.h"

#include <glib.h>
#include <string.h>

#define DAY_S (24 * 3600)

static bool unit_seconds(const char *unit, double *ret)
{
	/* A month is 30.44 days and a year 365.25, as systemd has it. */
	static const struct {
		const char *names;
		double seconds;
	} units[] = {
		{ " s sec second seconds ", 1 },
		{ " m min minute minutes ", 60 },
		{ " h hr hour hours ", 3600 },
		{ " d day days ", DAY_S },
		{ " w week weeks ", 7.0 * DAY_S },
		{ " month months ", 30.44 * DAY_S },
		{ " y year years ", 365.25 * DAY_S },
	};
	g_autofree char *word = g_strdup_printf(" %s ", *unit ? unit : "s");

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++)
		if (strstr(units[i].names, word)) {
			*ret = units[i].seconds;
			return true;
		}
	return false;
}

/* "1h 30min": numbers and units, with blanks or without. */
static bool parse_span(const char *text, double *ret_s)
{
	double total = 0;
	bool any = false;

	for (const char *p = text; *p;) {
		char *end;
		double number, seconds;

		p += strspn(p, " ");
		if (!*p)
			break;
		number = g_ascii_strtod(p, &end);
		if (end == p || number < 0)
			return false;
		end += strspn(end, " ");
		g_autofree char *unit = g_strndup(end, strspn(end, "abcdefghijklmnopqrstuvwxyz"));

		if (!unit_seconds(unit, &seconds))
			return false;
		total += number * seconds;
		any = true;
		p = end + strlen(unit);
	}
	*ret_s = total;
	return any;
}

static bool parse_relative(const char *text, int64_t now_s, int64_t *ret_s)
{
	g_autofree char *span = NULL;
	double seconds;
	int sign;

	if (*text == '-' || *text == '+') {
		sign = *text == '-' ? -1 : 1;
		span = g_strdup(text + 1);
	} else if (g_str_has_suffix(text, " ago")) {
		sign = -1;
		span = g_strndup(text, strlen(text) - strlen(" ago"));
	} else {
		return false;
	}
	if (!parse_span(span, &seconds))
		return false;
	*ret_s = now_s + sign * (int64_t)seconds;
	return true;
}

/* Midnight of the day of @now_s, @days later. */
static int64_t midnight(int64_t now_s, int days, GTimeZone *zone)
{
	g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(now_s);
	g_autoptr(GDateTime) now = g_date_time_to_timezone(utc, zone);
	g_autoptr(GDateTime) day = g_date_time_new(zone, g_date_time_get_year(now),
						   g_date_time_get_month(now),
						   g_date_time_get_day_of_month(now), 0, 0, 0);
	g_autoptr(GDateTime) other = g_date_time_add_days(day, days);

	return g_date_time_to_unix(other);
}

static bool parse_word(const char *text, int64_t now_s, GTimeZone *zone, int64_t *ret_s)
{
	static const char *const words[] = { "yesterday", "today", "tomorrow" };

	if (strcmp(text, "now") == 0) {
		*ret_s = now_s;
		return true;
	}
	for (int i = 0; i < (int)G_N_ELEMENTS(words); i++)
		if (strcmp(text, words[i]) == 0) {
			*ret_s = midnight(now_s, i - 1, zone);
			return true;
		}
	return false;
}

static bool parse_calendar(const char *text, int64_t now_s, GTimeZone *zone, int64_t *ret_s)
{
	g_autoptr(GRegex) regex = g_regex_new(
		"^(?:(\\d{4})-(\\d{1,2})-(\\d{1,2})(?:[ T]|$))?(?:(\\d{1,2}):(\\d{2})(?::(\\d{2}))?)?$", 0, 0,
		NULL);
	g_autoptr(GMatchInfo) m = NULL;
	g_autoptr(GDateTime) today = NULL, time = NULL;
	int64_t base = midnight(now_s, 0, zone);
	int n[7] = { 0 };

	if (!*text || !g_regex_match(regex, text, 0, &m))
		return false;
	for (int i = 1; i <= 6; i++) {
		g_autofree char *part = g_match_info_fetch(m, i);

		n[i] = part ? (int)g_ascii_strtoll(part, NULL, 10) : 0;
	}
	if (n[1] == 0) {
		g_autoptr(GDateTime) utc = g_date_time_new_from_unix_utc(base);

		today = g_date_time_to_timezone(utc, zone);
		g_date_time_get_ymd(today, &n[1], &n[2], &n[3]);
	}
	time = g_date_time_new(zone, n[1], n[2], n[3], n[4], n[5], n[6]);
	if (!time)
		return false;
	*ret_s = g_date_time_to_unix(time);
	return true;
}

bool when_parse(const char *text, int64_t now_s, int64_t *ret_s)
{
	g_autofree char *plain = g_strstrip(g_strdup(text));
	bool utc = g_str_has_suffix(plain, " UTC");
	g_autoptr(GTimeZone) zone = utc ? g_time_zone_new_utc() : g_time_zone_new_local();

	if (utc)
		plain[strlen(plain) - strlen(" UTC")] = '\0';
	if (*plain == '@') {
		gint64 s;

		if (!g_ascii_string_to_signed(plain + 1, 10, 0, G_MAXINT64 / 2, &s, NULL))
			return false;
		*ret_s = s;
		return true;
	}
	return parse_word(plain, now_s, zone, ret_s) || parse_relative(plain, now_s, ret_s) ||
	       parse_calendar(plain, now_s, zone, ret_s);
}
