// SPDX-License-Identifier: GPL-2.0-or-later
/* order - see order.h */
#include "base/order.h"

#include <string.h>

gint order_by_bytes(gconstpointer a, gconstpointer b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}
