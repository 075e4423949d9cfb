// SPDX-License-Identifier: GPL-2.0-or-later
/* heat - counts by time and something else; at most HEAT_COLUMNS by HEAT_ROWS of them */
#include "trace/vcpu.h"

void heat_new(struct heat *h)
{
	*h = (struct heat){ .rows = HEAT_ROWS, .cells = g_array_new(FALSE, TRUE, sizeof(guint32)) };
}

void heat_add(struct heat *h, guint64 column, guint64 row)
{
	guint at = (guint)column * h->rows + (guint)MIN(row, h->rows - 1);

	if (column >= HEAT_COLUMNS)
		return;
	if (at >= h->cells->len)
		g_array_set_size(h->cells, at + 1);
	g_array_index(h->cells, guint32, at)++;
	h->columns = MAX(h->columns, (guint)column + 1);
}

guint32 heat_at(const struct heat *h, guint column, guint row)
{
	guint at = column * h->rows + row;

	return at < h->cells->len ? g_array_index(h->cells, guint32, at) : 0;
}

/* Two rows become one. */
static void halve(struct heat *h)
{
	for (guint column = 0; column * h->rows < h->cells->len; column++)
		for (guint row = 0; row < h->rows; row++) {
			guint at = column * h->rows + row;
			guint32 sum = row < h->rows / 2 ? heat_at(h, column, 2 * row) + heat_at(h, column, 2 * row + 1) : 0;

			if (at < h->cells->len)
				g_array_index(h->cells, guint32, at) = sum;
		}
	h->unit *= 2;
}

void heat_add_scaled(struct heat *h, guint64 column, guint64 value)
{
	h->unit = MAX(h->unit, 1);
	if (h->cells->len % h->rows)
		g_array_set_size(h->cells, (h->cells->len / h->rows + 1) * h->rows);
	while (value / h->unit >= h->rows)
		halve(h);
	heat_add(h, column, value / h->unit);
}
