// SPDX-License-Identifier: GPL-2.0-or-later
/* json_fix - see json_fix.h, and "fix" in rules/report.schema.json */
#include "report/json_fix.h"

#include "base/json_make.h"
#include "findings/fix.h"

void json_make_fix(JsonBuilder *b, const struct fix *f)
{
	const struct fix_terms *t = &f->terms;

	json_make_text(b, "text", f->text);
	json_make_text(b, "command", f->command);
	json_make_text(b, "on", fix_on_names[t->on]);
	json_make_text(b, "does", f->command || t->does == FIX_ACTS ? fix_does_names[t->does] : NULL);
	json_make_text(b, "effect", t->does == FIX_ACTS ? fix_effect_names[t->effect] : NULL);
	json_make_open_array(b, "costs");
	for (unsigned int i = 0; i < FIX_COST_MAX_; i++)
		if (t->costs & FIX_COST_BIT(i))
			json_make_item(b, fix_cost_names[i]);
	json_builder_end_array(b);
	json_make_open_array(b, "fill_in");
	for (size_t i = 0; f->fill_in && f->fill_in[i]; i++)
		json_make_item(b, f->fill_in[i]);
	json_builder_end_array(b);
}
