// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste - cutting a pasted text into parts, and who knows each.
 */
#include "archives/paste/paste.h"

#include <string.h>

#include "archives/paste/paste_private.h"
#include "source/source.h"

static const struct paste_row *const families[] = { paste_virsh_rows, paste_net_rows,	paste_firewall_rows, paste_storage_rows,
						    paste_host_rows,  paste_device_rows, paste_load_rows,     paste_file_rows };

#define RETRY_LINES 64

/** One walk over the lines. */
struct cutter {
	struct paste *p;
	const GPtrArray *lines;
	guint8 *taken;	    /* of each line: is it in a part? */
	GString *index;	    /* PASTE_INDEX, after its head */
	char *command;	    /* the last one typed, while its output goes on */
	guint typed;	    /* its line */
	const struct paste_row *row; /* that it is about, or NULL */
	bool has_output;    /* something stood below it */
	bool tried;	    /* the row that takes all below a command would not have it */
	guint unknown;	    /* lines of outputs that nobody knows */
	GRegex *firsts;	    /* any row's first line: most lines are none */
};

static const char *line_at(const struct cutter *c, guint i)
{
	return c->lines->pdata[i];
}

static bool is_blank(const char *line)
{
	return line[strspn(line, " \t")] == '\0';
}

static void note(struct cutter *c, guint first, guint last, const char *kind, const char *path)
{
	g_string_append_printf(c->index, "%u\t%u\t%s\t%s\n", first + 1, last + 1, kind, path);
	memset(c->taken + first, 1, last - first + 1);
}

static void note_xml(void *data, const struct paste_span *span, char *path)
{
	note(data, span->first, span->last, span->kind, path);
	g_free(path);
}

/* The first row whose command was typed; of several rows of one command the shape decides later. */
static const struct paste_row *row_of_command(struct paste *p, const char *command, const char *first)
{
	for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
		for (const struct paste_row *row = families[f]; row->kind; row++)
			if (row->command && paste_is(p, row->command, command) &&
			    (!first || !row->first || paste_is(p, row->first, first)))
				return row;
	return NULL;
}

static const struct paste_row *row_of_shape(const struct cutter *c, const char *line)
{
	if (!*line || strlen(line) > 4096 || !g_regex_match(c->firsts, line, 0, NULL))
		return NULL;
	for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
		for (const struct paste_row *row = families[f]; row->kind; row++)
			if (row->first && paste_is(c->p, row->first, line))
				return row;
	return NULL;
}

static GRegex *any_first(void)
{
	g_autoptr(GString) all = g_string_new(NULL);

	for (size_t f = 0; f < G_N_ELEMENTS(families); f++)
		for (const struct paste_row *row = families[f]; row->kind; row++)
			if (row->first)
				g_string_append_printf(all, "%s(?:%s)", all->len ? "|" : "", row->first);
	return g_regex_new(all->str, G_REGEX_OPTIMIZE, 0, NULL);
}

static bool ends_output(const struct cutter *c, guint i)
{
	g_autofree char *prompt = paste_prompt(c->p, line_at(c, i));

	return prompt || paste_is_fence(line_at(c, i)) || c->taken[i];
}

static bool goes_on(const struct cutter *c, const struct paste_row *row, guint i)
{
	const char *line = line_at(c, i);

	if (c->taken[i] || strlen(line) > 65536)
		return false;
	return row->more && paste_is(c->p, row->more, line);
}

/* The line behind the last one of @row's output that begins at @i. */
static guint end_of(const struct cutter *c, const struct paste_row *row, guint i)
{
	guint end = i + 1;

	if (!row->first && !row->more) {
		/* What the kernel says has no blank lines; a file may have them, and somebody may write on behind it. */
		bool blank_ends = paste_is(c->p, " /(?:proc|sys)/", c->command);

		for (end = i; end < c->lines->len && !ends_output(c, end) && !(blank_ends && is_blank(line_at(c, end)));)
			end++;
		while (end > i && is_blank(line_at(c, end - 1)))
			end--;
		return end;
	}
	for (guint at = end; at < c->lines->len; at++) {
		if (goes_on(c, row, at) && !ends_output(c, at))
			end = at + 1;
		else if (!row->blanks || !is_blank(line_at(c, at)) || at > end + 2)
			break;
	}
	return end;
}

/* A filter may have left lines out; column, less and the like leave none out. */
static bool is_whole(const struct cutter *c, guint first, guint end)
{
	const char *pipe = c->command ? strchr(c->command, '|') : NULL;

	if (pipe && !paste_is(c->p, "^\\| *(?:cat|less|more|tee|column|sort|nl|pastebinit|nc|xclip)\\b[^|]*$", pipe))
		return false;
	for (guint i = first; i < end; i++)
		if (paste_is_elision(c->p, line_at(c, i)))
			return false;
	/* Said just above or below, too, or in the last line but one. */
	return !(end < c->lines->len && paste_is_elision(c->p, line_at(c, end))) &&
	       !(first > 0 && paste_is_elision(c->p, line_at(c, first - 1)));
}

/* Return: the line behind it; @i: it was none. */
static guint take(struct cutter *c, const struct paste_row *row, guint i)
{
	guint end = end_of(c, row, i);
	g_autoptr(GString) text = g_string_new(NULL);
	struct paste_part part = { .command = c->command, .whole = is_whole(c, i, end) };
	g_autofree char *path = NULL;

	for (guint n = i; n < end; n++) {
		g_string_append(text, line_at(c, n));
		g_string_append_c(text, '\n');
	}
	part.text = text->str;
	c->p->part = &part;
	c->p->first = c->p->shown_line = i + 1;
	c->p->shown_from = part.text;
	path = end > i ? row->file(c->p, &part) : NULL;
	c->p->part = NULL;
	/* Not line by line again: it may be long. */
	if (!path)
		return end > i + RETRY_LINES && row->first ? end : i;
	note(c, c->command && c->typed + 1 == i ? c->typed : i, end - 1, row->kind, path);
	return end;
}

static void end_command(struct cutter *c, guint end)
{
	guint first = c->command ? c->typed : 0, last = first, lines = 0;

	/* To the first blank line: somebody may go on writing there. */
	for (guint i = c->command && !c->row ? first + 1 : end; i < end && (!lines || !is_blank(line_at(c, i))); i++) {
		lines += !c->taken[i] && !is_blank(line_at(c, i));
		last = i;
	}
	if (lines > 0) {
		g_string_append_printf(c->index, "#? %u %u %s\n", first + 1, last + 1, c->command);
		c->unknown += lines;
	}
	g_clear_pointer(&c->command, g_free);
	c->row = NULL;
}

static void begin_command(struct cutter *c, guint i, char *command)
{
	end_command(c, i);
	c->command = command;
	c->typed = i;
	c->has_output = false;
	c->tried = false;
	c->row = row_of_command(c->p, command, NULL);
	g_strdelimit(c->command, "\t", ' ');
}

/* The next line that is not blank and no fence. */
static guint next_text(const struct cutter *c, guint i)
{
	while (i < c->lines->len && (is_blank(line_at(c, i)) || paste_is_fence(line_at(c, i))))
		i++;
	return i;
}

/* "Output of `ip a`:" counts where such an output follows; prose may begin with a command's name, too. */
static bool take_heading(struct cutter *c, guint i)
{
	g_autofree char *heading = paste_heading(c->p, line_at(c, i));
	guint next = heading ? next_text(c, i + 1) : 0;
	const struct paste_row *row = NULL;

	if (heading && next < c->lines->len && !c->taken[next])
		row = row_of_command(c->p, heading, line_at(c, next));
	if (!row || (!row->first && !strchr(heading, '/')))
		return false;
	begin_command(c, i, g_steal_pointer(&heading));
	c->row = row;
	c->taken[i] = 1;
	return true;
}

/* Return: the line to go on with. */
static guint cut_line(struct cutter *c, guint i)
{
	const char *line = line_at(c, i);
	char *command = c->taken[i] ? NULL : paste_prompt(c->p, line);
	const struct paste_row *row;
	guint next;

	if (command) {
		c->taken[i] = 1;
		begin_command(c, i, command);
		return i + 1;
	}
	if (c->taken[i] || is_blank(line) || take_heading(c, i))
		return i + 1;
	if (paste_is_fence(line)) {
		if (c->has_output)
			end_command(c, i);
		c->taken[i] = 1;
		return i + 1;
	}
	c->has_output = true;
	row = c->command ? row_of_command(c->p, c->command, line) : NULL;
	if (!row || (!row->first && c->tried))
		row = row_of_shape(c, line);
	next = row ? take(c, row, i) : i;
	if (row && !row->first && next == i) {
		c->tried = true;
		row = row_of_shape(c, line);
		next = row ? take(c, row, i) : i;
	}
	return next > i ? next : i + 1;
}

static guint count_messages(const struct cutter *c)
{
	guint n = 0;

	for (guint i = 0; i < c->lines->len; i++)
		n += !c->taken[i] && !is_blank(line_at(c, i));
	return n - MIN(n, c->unknown);
}

static void cut(struct paste *p, const GPtrArray *lines)
{
	struct cutter c = { .p = p, .lines = lines, .taken = g_malloc0(lines->len + 1), .index = g_string_new(NULL) };
	g_autofree char *head = NULL;

	c.firsts = any_first();
	paste_xml(p, lines, note_xml, &c);
	for (guint i = 0; i < lines->len;)
		i = cut_line(&c, i);
	end_command(&c, lines->len);
	head = g_strdup_printf("# lines %u messages %u unknown %u\n", lines->len, count_messages(&c), c.unknown);
	g_string_prepend(c.index, head);
	p->index = g_string_free(c.index, FALSE);
	g_regex_unref(c.firsts);
	g_free(c.taken);
}

/* What somebody pasted is told from what was read, also where it was put together of several parts. */
static void put_index(struct paste *p)
{
	g_autoptr(GList) paths = g_list_sort(g_hash_table_get_keys(p->answers), (GCompareFunc)strcmp);
	g_autoptr(GString) text = g_string_new(p->index);

	for (GList *n = paths; n; n = n->next)
		g_string_append_printf(text, "#=\t%s\n", (const char *)n->data);
	record_put_text(p->record, PASTE_INDEX, text->str);
}

static void domain_free(void *data)
{
	struct paste_domain *d = data;

	g_free(d->name);
	xmlFreeDoc(d->doc);
	g_free(d);
}

static void fs_free(void *data)
{
	struct paste_fs *fs = data;

	g_free(fs->mount);
	g_free(fs->type);
	g_free(fs->flags);
	g_free(fs);
}

void paste_file(struct source *record, const char *text, size_t size)
{
	g_autoptr(GPtrArray) lines = NULL;
	struct paste p = {
		.record = record,
		.domains = g_ptr_array_new_with_free_func(domain_free),
		.fragments = g_ptr_array_new_with_free_func(g_free),
		.mounts = g_ptr_array_new_with_free_func(fs_free),
		.networks = g_ptr_array_new_with_free_func(g_free),
		.infos = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free),
		.active = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.lists = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_object_unref),
		.links = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.answers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL),
		.regexes = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)g_regex_unref),
	};

	lines = paste_lines(text, size);
	cut(&p, lines);
	paste_finish(&p);
	put_index(&p);
	g_ptr_array_unref(p.domains);
	g_ptr_array_unref(p.fragments);
	g_ptr_array_unref(p.mounts);
	g_ptr_array_unref(p.networks);
	g_hash_table_unref(p.infos);
	g_hash_table_unref(p.active);
	g_hash_table_unref(p.lists);
	g_hash_table_unref(p.links);
	g_hash_table_unref(p.regexes);
	g_hash_table_unref(p.answers);
	g_free(p.index);
	g_free(p.hostname);
	g_free(p.matched);
}
