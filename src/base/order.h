// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * order - how lists are sorted, so that equal input gives equal output
 */
#ifndef VMDOCTOR_ORDER_H
#define VMDOCTOR_ORDER_H

#include <glib.h>

/** order_by_bytes - of two pointers to strings, as qsort() and g_ptr_array_sort() pass them; as strcmp(),
 *  so that no locale changes a report */
gint order_by_bytes(gconstpointer a, gconstpointer b);

#endif
