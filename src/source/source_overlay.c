// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * source_overlay - one source over another: what the upper never looked at, the lower is asked;
 * and a source that is lent, so that it may lie under several
 */
#include "source/source.h"

#include <errno.h>

struct overlay {
	struct source source;
	struct source *upper, *lower;
};

static void overlay_ask(struct source *src, const struct query *q, struct answer *ret)
{
	struct overlay *o = (struct overlay *)src;

	source_ask(o->upper, q, ret);
	if (ret->error == -ENODATA)
		source_ask(o->lower, q, ret);
}

static void overlay_free(struct source *src)
{
	struct overlay *o = (struct overlay *)src;

	source_free(o->upper);
	source_free(o->lower);
	g_free(o);
}

static const struct source_ops overlay_ops = { .ask = overlay_ask, .free = overlay_free };

struct source *source_overlay_new(struct source *upper, struct source *lower)
{
	struct overlay *o = g_new0(struct overlay, 1);

	*o = (struct overlay){ { &overlay_ops }, upper, lower };
	return &o->source;
}

struct loan {
	struct source source;
	struct source *lent;
};

static void loan_ask(struct source *src, const struct query *q, struct answer *ret)
{
	source_ask(((struct loan *)src)->lent, q, ret);
}

static void loan_free(struct source *src)
{
	g_free(src);
}

static const struct source_ops loan_ops = { .ask = loan_ask, .free = loan_free };

struct source *source_borrow(struct source *src)
{
	struct loan *l = g_new0(struct loan, 1);

	*l = (struct loan){ { &loan_ops }, src };
	return &l->source;
}
