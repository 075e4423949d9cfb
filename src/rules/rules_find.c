// SPDX-License-Identifier: GPL-2.0-or-later
/* rules_find - rules that are loaded: by name, some of them, their parameters */
#include "rules/rules.h"

#include <fnmatch.h>
#include <string.h>

#include "base/i18n.h"
#include "formats/near.h"

struct rule *rules_find(GPtrArray *rules, const char *id)
{
	for (size_t i = 0; i < rules->len; i++) {
		struct rule *r = rules->pdata[i];

		if (strcmp(r->id, id) == 0)
			return r;
	}
	return NULL;
}

char *rules_near(const GPtrArray *rules, const char *typed)
{
	g_autoptr(GPtrArray) ids = g_ptr_array_new();

	for (guint i = 0; i < rules->len; i++)
		g_ptr_array_add(ids, ((const struct rule *)rules->pdata[i])->id);
	g_ptr_array_add(ids, NULL);
	return near_hint((const char *const *)ids->pdata, typed, _("; 'vmdoctor rules list' shows them"));
}

static bool is_known(const GPtrArray *rules, const char *glob)
{
	for (guint i = 0; i < rules->len; i++)
		if (fnmatch(glob, ((const struct rule *)rules->pdata[i])->id, 0) == 0)
			return true;
	return false;
}

bool rules_known(const GPtrArray *rules, const GStrv ignored, GError **error)
{
	for (size_t i = 0; ignored && ignored[i]; i++) {
		g_autofree char *glob = g_strndup(ignored[i], strcspn(ignored[i], ":"));
		g_autofree char *near = is_known(rules, glob) ? NULL : rules_near(rules, glob);

		if (!near)
			continue;
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, _("--ignore %s: no rule '%s'%s"), ignored[i],
			    glob, near);
		return false;
	}
	return true;
}

void rules_keep(GPtrArray *rules, const char *const *symptoms)
{
	for (guint i = rules->len; i-- > 0;) {
		const struct rule *r = rules->pdata[i];
		bool kept = false;

		for (size_t s = 0; symptoms[s]; s++)
			kept |= g_strv_contains((const char *const *)r->symptoms, symptoms[s]);
		if (!kept)
			g_ptr_array_remove_index(rules, i);
	}
}

static char *param_names(const struct rule *r)
{
	GString *names = g_string_new(NULL);

	for (size_t i = 0; i < r->params->len; i++)
		g_string_append_printf(names, "%s%s", i ? ", " : "",
				       ((struct param *)r->params->pdata[i])->name);
	return g_string_free(names, FALSE);
}

bool rules_set(GPtrArray *rules, const char *setting, GError **error)
{
	g_auto(GStrv) sides = g_strsplit(setting, "=", 2);
	char *dot = sides[0] ? strrchr(sides[0], '.') : NULL;
	struct rule *r;

	if (!dot || !sides[1]) {
		g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE,
			    _("--set %s: not ID.PARAM=VALUE"), setting);
		return false;
	}
	*dot = '\0';
	r = rules_find(rules, sides[0]);
	for (size_t i = 0; r && i < r->params->len; i++) {
		struct param *param = r->params->pdata[i];

		if (strcmp(param->name, dot + 1) == 0) {
			g_free(param->value);
			param->value = g_strdup(sides[1]);
			param->changed = true;
			return true;
		}
	}
	g_autofree char *names = r ? param_names(r) : NULL;
	g_autofree char *hint = r ? NULL : rules_near(rules, sides[0]);
	g_autofree char *near = g_strconcat(_("no such rule"), hint, NULL);

	g_set_error(error, G_OPTION_ERROR, G_OPTION_ERROR_BAD_VALUE, "--set %s: %s%s", setting,
		    !r ? near
		       : *names ? _("no such parameter; it has: ") : _("this rule has no parameters"),
		    names ? names : "");
	return false;
}
