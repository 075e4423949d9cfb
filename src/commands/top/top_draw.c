// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * top_draw - the screen of top, line by line, clipped to it
 *
 * Each line ends with "erase to its end", the last with "erase what is below": so nothing flickers.
 */
#include "commands/top/top.h"

#include <math.h>
#include <string.h>

#include "base/i18n.h"
#include "findings/report.h"
#include "report/pen.h"
#include "report/text/text.h"
#include "report/text_words.h"
#include "report/writer.h"

#define PLAIN "\033[0m"
#define BOLD "\033[1m"
#define DIM "\033[2m"
#define INVERSE "\033[7m"
#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"
#define CYAN "\033[36m"

enum { NAME_COLUMNS = 20, BAR_MAX = 24, BAR_MIN = 6, FINDINGS_MIN = 3 };

/** The screen as it is being filled. */
struct canvas {
	const struct top_view *view;
	GString *out;
	unsigned int lines, column; /* that are full; at which the line is */
};

/* As much of @text as still fits on the line. */
static void put(struct canvas *c, const char *style, const char *text)
{
	g_autofree char *safe = pen_safe(text, strlen(text));
	const char *end = safe;

	if (c->lines >= c->view->height)
		return;
	while (*end) {
		g_autofree char *letter = g_strndup(end, (gsize)(g_utf8_next_char(end) - end));
		unsigned int columns = pen_columns(letter);

		if (c->column + columns > c->view->width)
			break;
		c->column += columns;
		end = g_utf8_next_char(end);
	}
	if (style && c->view->colour)
		g_string_append(c->out, style);
	g_string_append_len(c->out, safe, end - safe);
	if (style && c->view->colour)
		g_string_append(c->out, PLAIN);
}

static void putf(struct canvas *c, const char *style, const char *format, ...) G_GNUC_PRINTF(3, 4);

static void putf(struct canvas *c, const char *style, const char *format, ...)
{
	g_autofree char *text = NULL;
	va_list args;

	va_start(args, format);
	text = g_strdup_vprintf(format, args);
	va_end(args);
	put(c, style, text);
}

static void end_line(struct canvas *c)
{
	if (c->lines >= c->view->height)
		return;
	c->lines++;
	c->column = 0;
	g_string_append(c->out, c->lines < c->view->height ? "\033[K\n" : "\033[K");
}

static void pad_to(struct canvas *c, unsigned int column)
{
	if (column > c->column)
		putf(c, NULL, "%*s", (int)(column - c->column), "");
}

/* "[||||||    ]"; more than a CPU fills as many CPUs as the domain has. */
static void put_bar(struct canvas *c, double share, unsigned int columns)
{
	unsigned int full = isnan(share) ? 0 : (unsigned int)(CLAMP(share, 0, 1) * columns + 0.5);
	g_autofree char *bar = g_strnfill(full, '|');

	put(c, NULL, "[");
	put(c, share >= 0.9 ? RED : share >= 0.6 ? YELLOW : GREEN, bar);
	putf(c, NULL, "%*s]", (int)(columns - full), "");
}

static const struct sample_row *find(const GPtrArray *rows, const char *kind, const char *resource)
{
	for (guint i = 0; i < rows->len; i++) {
		const struct sample_row *row = rows->pdata[i];

		if (strcmp(row->kind, kind) == 0 && (!resource || g_strcmp0(sample_row_get(row, "resource"), resource) == 0))
			return row;
	}
	return NULL;
}

static void draw_title(struct canvas *c, const struct report *r)
{
	g_autoptr(GDateTime) now = g_date_time_new_now_local();
	g_autofree char *time = g_date_time_format(now, "%H:%M:%S");

	putf(c, BOLD, "vmdoctor top%s%s", r->host.name ? ": " : "", r->host.name ? r->host.name : "");
	putf(c, NULL, _("  %s, each %d s, by %s"), time, c->view->seconds, top_order_name(c->view->order));
	put(c, YELLOW, c->view->paused ? _("  paused") : "");
	put(c, DIM, _("  h help"));
	end_line(c);
}

/* "CPU [||||    ] 43 %  of 2  usr 3.0 …  pressure cpu 3.1 io 0.0" */
static void draw_host(struct canvas *c, const struct report *r)
{
	static const char *const parts[][2] = { { "usr", "user-percent" }, { "guest", "guest-percent" }, { "sys", "system-percent" },
						{ "iowait", "iowait-percent" }, { "steal", "steal-percent" } };
	static const char *const resources[] = { "cpu", "io", "memory" };
	const struct sample_row *use = find(r->sample, "cpu-use", NULL);
	double idle = use ? sample_row_number(use, "idle-percent") : NAN;

	if (!use || isnan(idle))
		return;
	put(c, NULL, "CPU ");
	put_bar(c, 1 - idle / 100, MIN(BAR_MAX, c->view->width / 4));
	putf(c, NULL, " %.0f %%", 100 - idle);
	for (size_t i = 0; i < G_N_ELEMENTS(parts); i++)
		if (sample_row_get(use, parts[i][1]))
			putf(c, NULL, "  %s %s", parts[i][0], sample_row_get(use, parts[i][1]));
	for (size_t i = 0; i < G_N_ELEMENTS(resources); i++) {
		const struct sample_row *row = find(r->sample, "pressure", resources[i]);

		if (row && sample_row_get(row, "some-percent"))
			putf(c, NULL, "  psi-%s %s", resources[i], sample_row_get(row, "some-percent"));
	}
	end_line(c);
}

/** The numbers' columns: what does not fit is left out from the right. */
static const struct {
	const char *title;
	size_t at;
	unsigned int columns;
	int digits;
} columns[] = {
	{ "CPU%", offsetof(struct top_row, cpu_percent), 6, 1 },      { "WAIT%", offsetof(struct top_row, wait_percent), 6, 1 },
	{ "RDKiB/s", offsetof(struct top_row, read_kib), 9, 0 },      { "WRKiB/s", offsetof(struct top_row, write_kib), 9, 0 },
	{ "LATms", offsetof(struct top_row, latency_ms), 7, 1 },      { "NETKiB/s", offsetof(struct top_row, net_kib), 9, 0 },
	{ "RSSMiB", offsetof(struct top_row, memory_mib), 8, 0 },
};

enum { STATE_COLUMNS = 10, WHO_COLUMNS = 20 };

/* What is left for the bar when all columns stand: nothing on a narrow screen. */
static unsigned int bar_columns(const struct canvas *c)
{
	unsigned int used = 2 + NAME_COLUMNS + 1 + STATE_COLUMNS + 3 + (c->view->who ? 2 + WHO_COLUMNS : 0);

	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++)
		used += columns[i].columns;
	return c->view->width < used + BAR_MIN ? 0 : MIN(BAR_MAX, c->view->width - used);
}

static void draw_head(struct canvas *c)
{
	g_autoptr(GString) s = g_string_new(NULL);

	g_string_printf(s, "  %-*s %-*s", NAME_COLUMNS, _("DOMAIN"), STATE_COLUMNS, _("STATE"));
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		g_string_append_printf(s, "%*s", (int)columns[i].columns, columns[i].title);
		if (i == 0 && bar_columns(c) > 0)
			g_string_append_printf(s, " %*s", (int)bar_columns(c) + 2, "");
	}
	if (c->view->who)
		g_string_append_printf(s, "  %-*s", WHO_COLUMNS, _("WHO HAD IT"));
	put(c, INVERSE, s->str);
	end_line(c);
}

static void put_number(struct canvas *c, double n, size_t i)
{
	unsigned int end = c->column + columns[i].columns;

	/* Half a number would be a wrong one. */
	if (end > c->view->width)
		return;
	if (isnan(n))
		putf(c, DIM, "%*s", (int)columns[i].columns, "-");
	else
		putf(c, NULL, "%*.*f", (int)columns[i].columns, columns[i].digits, n);
}

/* Whoever had the CPU for most of the time that the domain waited for one. */
static void put_who(struct canvas *c, const char *domain)
{
	const char *who = c->view->who ? g_hash_table_lookup(c->view->who, domain) : NULL;

	if (who)
		putf(c, NULL, "  %s", who);
}

static void draw_row(struct canvas *c, const struct top_row *row, double most)
{
	bool chosen = g_strcmp0(row->name, c->view->chosen) == 0;
	struct canvas name = *c;

	/* A longer name than its column is cut. */
	put(c, chosen ? INVERSE : NULL, chosen ? "> " : "  ");
	name.view = &(struct top_view){ .width = MIN(2 + NAME_COLUMNS, c->view->width), .height = c->view->height,
					.colour = c->view->colour };
	name.column = c->column;
	put(&name, chosen ? BOLD : NULL, row->name);
	c->column = name.column;
	pad_to(c, 2 + NAME_COLUMNS + 1);
	put(c, NULL, row->state);
	pad_to(c, 2 + NAME_COLUMNS + 1 + STATE_COLUMNS);
	for (size_t i = 0; i < G_N_ELEMENTS(columns); i++) {
		double value;

		memcpy(&value, (const char *)row + columns[i].at, sizeof(value));
		put_number(c, value, i);
		if (i == 0 && bar_columns(c) > 0) {
			put(c, NULL, " ");
			put_bar(c, row->cpu_percent / most, bar_columns(c));
		}
	}
	put_who(c, row->name);
	end_line(c);
}

/* The full bar: one CPU, or as many as the busiest domain uses. */
static double most_cpu(const GArray *rows)
{
	double most = 100;

	for (guint i = 0; i < rows->len; i++)
		while (g_array_index(rows, struct top_row, i).cpu_percent > most)
			most += 100;
	return most;
}

/* Where to begin, so that the chosen one is seen. */
static guint first_row(const GArray *rows, const char *chosen, guint shown)
{
	for (guint i = 0; chosen && i < rows->len; i++)
		if (strcmp(g_array_index(rows, struct top_row, i).name, chosen) == 0)
			return i < shown ? 0 : i + 1 - shown;
	return 0;
}

static void draw_table(struct canvas *c, const struct report *r)
{
	g_autoptr(GArray) rows = top_rows(r, c->view->order);
	guint below = MIN(r->findings->len, FINDINGS_MIN) + 1;
	guint left = c->view->height > c->lines + 1 + below ? c->view->height - c->lines - 1 - below : 1;
	guint shown = MIN(rows->len, left), first = first_row(rows, c->view->chosen, shown);
	double most = most_cpu(rows);

	draw_head(c);
	for (guint i = first; i < first + shown; i++)
		draw_row(c, &g_array_index(rows, struct top_row, i), most);
	if (shown < rows->len) {
		putf(c, DIM, _("  %u of %u domains"), shown, rows->len);
		end_line(c);
	}
}

/* All that was measured of the chosen domain. */
static void draw_one(struct canvas *c, const struct report *r)
{
	g_autoptr(GPtrArray) one = g_ptr_array_new();
	g_autoptr(GString) text = g_string_new(NULL);
	const struct style style = { .width = c->view->width, .verbose = true };
	struct pen pen = { .out = text, .width = c->view->width };
	struct report alone = *r;
	g_auto(GStrv) lines = NULL;

	for (guint i = 0; i < r->domains->len; i++)
		if (strcmp(((const struct report_domain *)r->domains->pdata[i])->name, c->view->chosen) == 0)
			g_ptr_array_add(one, r->domains->pdata[i]);
	alone.domains = one;
	alone.sample = g_ptr_array_new();
	text_sample(&alone, &style, &pen);
	g_ptr_array_unref(alone.sample);
	putf(c, BOLD, "%s", c->view->chosen);
	put(c, DIM, _("  Enter: all domains"));
	end_line(c);
	lines = g_strsplit(text->str, "\n", 0);
	for (size_t i = 0; lines[i] && lines[i + 1]; i++) {
		put(c, NULL, lines[i]);
		end_line(c);
	}
}

/* One line each, as many as there is room for. */
static void draw_findings(struct canvas *c, const struct report *r)
{
	static const char *const inks[SEVERITY_MAX_] = { NULL, CYAN, YELLOW, RED, RED };

	end_line(c);
	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];
		g_autofree char *place = text_place(f->domain, f->subject);

		if (c->view->only && f->domain && strcmp(f->domain, c->view->chosen) != 0)
			continue;
		putf(c, inks[f->severity], "%-9s", _(severity_names[f->severity]));
		putf(c, NULL, "%s (%s)", finding_title(f), place);
		end_line(c);
	}
}

static void draw_help(struct canvas *c)
{
	static const char *const lines[] = {
		N_("q          end"),
		N_("s          sort by the next column: CPU, wait, disk, net, memory, name"),
		N_("p, space   pause, and go on"),
		N_("+ -        measure longer, shorter"),
		N_("w          who had the CPU: as root, a trace of the scheduler; again: none"),
		N_("up, down   choose a domain (k, j)"),
		N_("Enter      all that was measured of it; again: all domains"),
		N_("h, ?       this help; any key leaves it"),
		"",
		N_("CPU% is of one CPU. WAIT%: the vCPUs were ready and did not run. LATms: of the slowest disk."),
		N_("WHO HAD IT: the CPU, for most of WAIT%; a domain or thread. Its trace costs some of a CPU where much is scheduled."),
	};

	for (size_t i = 0; i < G_N_ELEMENTS(lines); i++) {
		put(c, NULL, *lines[i] ? _(lines[i]) : "");
		end_line(c);
	}
}

void top_draw(const struct top_view *v, const struct report *r, GString *out)
{
	struct canvas c = { .view = v, .out = out };

	g_string_append(out, "\033[H");
	draw_title(&c, r);
	if (v->help) {
		end_line(&c);
		draw_help(&c);
	} else {
		draw_host(&c, r);
		end_line(&c);
		if (v->only && v->chosen)
			draw_one(&c, r);
		else
			draw_table(&c, r);
		draw_findings(&c, r);
	}
	g_string_append(out, "\033[J");
}
