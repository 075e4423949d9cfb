// SPDX-License-Identifier: GPL-2.0-or-later
/* finding - names of severities and confidences, and who frees what of a finding */
#include "findings/finding.h"

#include "base/i18n.h"

const char *const severity_names[SEVERITY_MAX_] = {
	[SEVERITY_INFO] = N_("info"),	  [SEVERITY_ADVICE] = N_("advice"),
	[SEVERITY_WARNING] = N_("warning"),	  [SEVERITY_ERROR] = N_("error"),
	[SEVERITY_CRITICAL] = N_("critical"),
};
_Static_assert(SEVERITY_MAX_ == 5, "a new severity needs a name");

const char *const confidence_names[CONFIDENCE_MAX_] = {
	[CONFIDENCE_POSSIBLE] = N_("possible"),
	[CONFIDENCE_LIKELY] = N_("likely"),
	[CONFIDENCE_CERTAIN] = N_("certain"),
};
_Static_assert(CONFIDENCE_MAX_ == 3, "a new confidence needs a name");

static int name_index(const char *const *names, int n, const char *name)
{
	for (int i = 0; name && i < n; i++)
		if (g_str_equal(names[i], name))
			return i;
	return -1;
}

int severity_parse(const char *name)
{
	return name_index(severity_names, SEVERITY_MAX_, name);
}

int confidence_parse(const char *name)
{
	return name_index(confidence_names, CONFIDENCE_MAX_, name);
}

const char *finding_title(const struct finding *f)
{
	return f->title_local ? f->title_local : f->title;
}

const char *finding_message(const struct finding *f)
{
	return f->message_local ? f->message_local : f->message;
}

const char *undecided_reason(const struct undecided *u)
{
	return u->reason_local ? u->reason_local : u->reason;
}

const char *undecided_remedy(const struct undecided *u)
{
	return u->remedy_local ? u->remedy_local : u->remedy;
}

void evidence_free(struct evidence *e)
{
	if (!e)
		return;
	g_free(e->source);
	g_free(e->locator);
	g_free(e->text);
	g_free(e);
}

void reference_free(struct reference *r)
{
	if (!r)
		return;
	g_free(r->title);
	g_free(r->url);
	g_free(r);
}

struct finding *finding_new(void)
{
	struct finding *f = g_new0(struct finding, 1);

	f->evidence = g_ptr_array_new_with_free_func((GDestroyNotify)evidence_free);
	f->fixes = g_ptr_array_new_with_free_func((GDestroyNotify)fix_free);
	f->references = g_ptr_array_new_with_free_func((GDestroyNotify)reference_free);
	return f;
}

void finding_free(struct finding *f)
{
	if (!f)
		return;
	g_free(f->rule);
	g_free(f->cause);
	g_free(f->domain);
	g_free(f->subject);
	g_free(f->title);
	g_free(f->message);
	g_free(f->title_local);
	g_free(f->message_local);
	g_strfreev(f->symptoms);
	g_clear_pointer(&f->evidence, g_ptr_array_unref);
	g_clear_pointer(&f->fixes, g_ptr_array_unref);
	g_clear_pointer(&f->references, g_ptr_array_unref);
	g_free(f->explained_by);
	g_free(f->key);
	g_free(f);
}

void undecided_free(struct undecided *u)
{
	if (!u)
		return;
	g_free(u->rule);
	g_free(u->domain);
	g_free(u->subject);
	g_free(u->source);
	g_free(u->reason);
	g_free(u->remedy);
	g_free(u->reason_local);
	g_free(u->remedy_local);
	g_free(u);
}
