// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * interrupts - which interrupts of the host were frequent between two readings
 *
 * Writes, below /facts/host, only where a sample was taken:
 *   interrupt @name ("24", "LOC") @what (controller and devices, as the kernel says) @per-s (of all CPUs)
 *             @busiest-cpu @busiest-per-s: the ten most frequent, of 500 per second or more
 * An interrupt on the CPU where a vCPU runs takes it out of guest mode.
 * Source: proc(5) /proc/interrupts; Linux Documentation/core-api/irq/irq-affinity.rst
 */
#include "checks/check.h"
#include "checks/performance/reading.h"

static const char *const reads[] = { "/vmdoctor/monotonic", "/proc/interrupts", NULL };

#define INTERRUPTS "/proc/interrupts"
#define CPUS_MAX 8192
#define SHOWN_MAX 10
#define PER_S_MIN 500.0

/** One line of the table. */
struct counts {
	char *name;
	GArray *counts; /* uint64_t, in the order of the columns */
	const char *what;
};

static void counts_free(void *p)
{
	struct counts *c = p;

	g_free(c->name);
	g_array_unref(c->counts);
	g_free(c);
}

/* " 24:   0  1234  PCI-MSI 512000-edge  nvme0q1"; of no CPU, and without words, is "ERR: 0". */
static struct counts *parse_line(const char *line, guint cpus)
{
	const char *colon = strchr(line, ':');
	struct counts *c;

	if (!colon)
		return NULL;
	c = g_new0(struct counts, 1);
	c->name = g_strstrip(g_strndup(line, (size_t)(colon - line)));
	c->counts = g_array_new(FALSE, FALSE, sizeof(uint64_t));
	c->what = colon + 1;
	while (c->counts->len < cpus) {
		char *end;
		uint64_t n = g_ascii_strtoull(c->what, &end, 10);

		if (end == c->what || (*end && *end != ' '))
			break;
		g_array_append_val(c->counts, n);
		c->what = end;
	}
	c->what += strspn(c->what, " ");
	return c;
}

/* The numbers of the CPUs in the head: those that are offline have no column. */
static GArray *parse_head(const char *line)
{
	GArray *cpus = g_array_new(FALSE, FALSE, sizeof(unsigned int));

	for (const char *at = line; (at = strstr(at, "CPU")) && cpus->len < CPUS_MAX; at += strlen("CPU")) {
		unsigned int id = (unsigned int)g_ascii_strtoull(at + strlen("CPU"), NULL, 10);

		g_array_append_val(cpus, id);
	}
	return cpus;
}

static GHashTable *parse_table(char **lines, guint cpus)
{
	GHashTable *table = g_hash_table_new_full(g_str_hash, g_str_equal, NULL, counts_free);

	for (size_t i = 1; lines[0] && lines[i]; i++) {
		struct counts *c = parse_line(lines[i], cpus);

		if (c)
			g_hash_table_replace(table, c->name, c);
	}
	return table;
}

/** What one interrupt did. */
struct rate {
	const struct counts *of;
	double per_s, busiest_per_s;
	unsigned int busiest_cpu;
};

static bool rate_of(const struct counts *before, const struct counts *after, const GArray *cpus,
		    double seconds, struct rate *ret)
{
	*ret = (struct rate){ .of = after };
	if (!before || before->counts->len != after->counts->len || !*after->what)
		return false;
	for (guint i = 0; i < after->counts->len; i++) {
		uint64_t a = g_array_index(before->counts, uint64_t, i);
		uint64_t b = g_array_index(after->counts, uint64_t, i);
		double per_s = b > a ? (double)(b - a) / seconds : 0;

		ret->per_s += per_s;
		if (per_s <= ret->busiest_per_s)
			continue;
		ret->busiest_per_s = per_s;
		ret->busiest_cpu = g_array_index(cpus, unsigned int, i);
	}
	return ret->per_s >= PER_S_MIN;
}

static int by_rate(gconstpointer a, gconstpointer b)
{
	const struct rate *x = a, *y = b;

	if (x->per_s != y->per_s)
		return x->per_s > y->per_s ? -1 : 1;
	return strcmp(x->of->name, y->of->name);
}

static void add_rate(xmlNode *host, const struct rate *r)
{
	xmlNode *node = facts_add(host, "interrupt");
	g_autofree char *what = g_strdup(r->of->what);
	g_auto(GStrv) words = g_strsplit_set(g_strstrip(what), " \t", 0);
	g_autoptr(GStrvBuilder) kept = g_strv_builder_new();
	g_auto(GStrv) list = NULL;
	g_autofree char *text = NULL;

	for (size_t i = 0; words[i]; i++)
		if (*words[i])
			g_strv_builder_add(kept, words[i]);
	list = g_strv_builder_end(kept);
	text = g_strjoinv(" ", list);
	facts_from(node, INTERRUPTS, 0);
	facts_set(node, "name", r->of->name);
	facts_set(node, "what", text);
	reading_set(node, "per-s", r->per_s);
	facts_setf(node, "busiest-cpu", "%u", r->busiest_cpu);
	reading_set(node, "busiest-per-s", r->busiest_per_s);
}

static void add_all(xmlNode *host, const struct reading *r, double seconds)
{
	g_auto(GStrv) first = g_strsplit(r->first, "\n", 0), last = g_strsplit(r->last, "\n", 0);
	g_autoptr(GArray) cpus = parse_head(last[0] ? last[0] : "");
	g_autoptr(GHashTable) before = parse_table(first, cpus->len), after = parse_table(last, cpus->len);
	g_autoptr(GArray) rates = g_array_new(FALSE, FALSE, sizeof(struct rate));
	GHashTableIter it;
	gpointer c;
	struct rate rate;

	/* a CPU that came or went moved the columns */
	if (g_strcmp0(first[0], last[0]) != 0)
		return;
	g_hash_table_iter_init(&it, after);
	while (g_hash_table_iter_next(&it, NULL, &c))
		if (rate_of(g_hash_table_lookup(before, ((struct counts *)c)->name), c, cpus, seconds, &rate))
			g_array_append_val(rates, rate);
	g_array_sort(rates, by_rate);
	for (guint i = 0; i < rates->len && i < SHOWN_MAX; i++)
		add_rate(host, &g_array_index(rates, struct rate, i));
}

static void plan(struct source *src G_GNUC_UNUSED, xmlNode *host G_GNUC_UNUSED, GPtrArray *paths)
{
	g_ptr_array_add(paths, g_strdup(INTERRUPTS));
}

static void measure(struct source *src, xmlNode *host)
{
	int64_t window_ns = reading_window(src);
	struct reading r;

	if (window_ns == 0)
		return;
	if (reading_get(src, INTERRUPTS, &r))
		add_all(host, &r, (double)window_ns / 1e9);
	reading_done(&r);
}

const struct check check_interrupts = {
	.name = "interrupts",
	.summary = "which interrupts of the host were frequent between two readings",
	.reads = reads,
	.host_sample = { plan, measure },
};
