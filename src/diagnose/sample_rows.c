// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * sample_rows - the facts of a sample as rows of a report.
 *
 * Attributes keep their names: checks/sample.c and its kin say what they mean.
 */
#include "diagnose/sample_rows.h"

#include <string.h>

#include "facts/facts.h"
#include "findings/report.h"
#include "base/xml.h"

static void add_row(GPtrArray *rows, const xmlNode *node)
{
	struct sample_row *row = sample_row_new((const char *)node->name);

	for (const xmlAttr *a = node->properties; a; a = a->next) {
		const char *name = (const char *)a->name;

		if (strcmp(name, "from") != 0 && strcmp(name, "line") != 0)
			sample_row_add(row, name, facts_get(node, name));
	}
	g_ptr_array_add(rows, row);
}

void sample_rows_add(GPtrArray *rows, const xmlNode *node)
{
	static const char *const of_host[] = { "cpu-use",	"pressure", "memory-use", "ksm",
					       "cpu-frequency", "disk-use", "consumer", "interrupt" };
	const xmlNode *sample = xml_child(node, "sample");

	for (size_t i = 0; xml_is(node, "host") && i < G_N_ELEMENTS(of_host); i++)
		for (const xmlNode *n = xml_child(node, of_host[i]); n; n = xml_next(n, of_host[i]))
			add_row(rows, n);
	if (!sample)
		return;
	add_row(rows, sample);
	for (const xmlNode *n = sample->children; n; n = n->next)
		if (n->type == XML_ELEMENT_NODE)
			add_row(rows, n);
}
