// SPDX-License-Identifier: GPL-2.0-or-later
/* report - who frees what of a report, and its rows and limits */
#include "findings/report.h"

#include <math.h>

#include "base/i18n.h"

const char *const hop_state_names[HOP_MAX_] = { N_("unknown"), N_("sound"), N_("broken") };

void hop_free(struct hop *h)
{
	if (!h)
		return;
	g_free(h->name);
	g_free(h->place);
	g_free(h->counts);
	g_free(h);
}

void report_path_free(struct report_path *p)
{
	if (!p)
		return;
	g_free(p->interface);
	g_clear_pointer(&p->hops, g_ptr_array_unref);
	g_free(p);
}

void report_domain_free(struct report_domain *d)
{
	if (!d)
		return;
	g_free(d->name);
	g_free(d->uuid);
	g_free(d->state);
	g_free(d->reason);
	g_free(d->machine);
	g_free(d->os);
	g_free(d->xml);
	g_free(d->command);
	g_clear_pointer(&d->paths, g_ptr_array_unref);
	g_clear_pointer(&d->sample, g_ptr_array_unref);
	g_free(d);
}

struct report_domain *report_domain_new(void)
{
	struct report_domain *d = g_new0(struct report_domain, 1);

	d->id = -1;
	d->paths = g_ptr_array_new_with_free_func((GDestroyNotify)report_path_free);
	d->sample = g_ptr_array_new_with_free_func((GDestroyNotify)sample_row_free);
	return d;
}

struct report_paste *report_paste_new(void)
{
	struct report_paste *p = g_new0(struct report_paste, 1);

	p->kinds = g_ptr_array_new_with_free_func(g_free);
	p->unknown = g_ptr_array_new_with_free_func(g_free);
	return p;
}

void report_paste_free(struct report_paste *p)
{
	if (!p)
		return;
	g_ptr_array_unref(p->kinds);
	g_ptr_array_unref(p->unknown);
	g_free(p);
}

static void limit_free(struct limit *l)
{
	g_free(l->measure);
	g_free(l);
}

void report_add_limit(struct report *r, const char *measure, double value)
{
	struct limit *l = g_new0(struct limit, 1);

	*l = (struct limit){ g_strdup(measure), value };
	g_ptr_array_add(r->limits, l);
}

double report_limit(const struct report *r, const char *row, const char *attr)
{
	g_autofree char *measure = g_strdup_printf("%s/%s", row, attr);

	for (guint i = 0; i < r->limits->len; i++) {
		const struct limit *l = r->limits->pdata[i];

		if (g_str_equal(l->measure, measure))
			return l->value;
	}
	return NAN;
}

const struct finding *report_worst(const struct report *r)
{
	const struct finding *worst = NULL;

	for (guint i = 0; i < r->findings->len; i++) {
		const struct finding *f = r->findings->pdata[i];

		if (!worst || f->severity > worst->severity ||
		    (f->severity == worst->severity && worst->explained_by && !f->explained_by))
			worst = f;
	}
	return worst;
}

struct report *report_new(void)
{
	struct report *r = g_new0(struct report, 1);

	r->options = g_ptr_array_new_with_free_func(g_free);
	r->sample = g_ptr_array_new_with_free_func((GDestroyNotify)sample_row_free);
	r->limits = g_ptr_array_new_with_free_func((GDestroyNotify)limit_free);
	r->domains = g_ptr_array_new_with_free_func((GDestroyNotify)report_domain_free);
	r->findings = g_ptr_array_new_with_free_func((GDestroyNotify)finding_free);
	r->undecided = g_ptr_array_new_with_free_func((GDestroyNotify)undecided_free);
	return r;
}

void report_free(struct report *r)
{
	if (!r)
		return;
	g_free(r->version);
	g_free(r->taken);
	g_free(r->target);
	g_free(r->host.name);
	g_free(r->host.libvirt);
	g_free(r->host.qemu);
	g_free(r->host.kernel);
	g_free(r->host.os);
	g_free(r->host.connection);
	g_ptr_array_unref(r->options);
	report_paste_free(r->pasted);
	g_ptr_array_unref(r->sample);
	g_ptr_array_unref(r->limits);
	g_ptr_array_unref(r->domains);
	g_ptr_array_unref(r->findings);
	g_ptr_array_unref(r->undecided);
	g_clear_pointer(&r->known, g_ptr_array_unref);
	g_free(r);
}
