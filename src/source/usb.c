// SPDX-License-Identifier: GPL-2.0-or-later
#include "source/usb.h"

#include <glib.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "source/source.h"

#define DIR "/sys/bus/usb/devices"
#define ENTRIES_MAX 256u

static bool has_id(struct source *src, const char *device, const char *file, const char *wanted)
{
	g_autofree char *id = NULL;

	return source_readf(src, &id, DIR "/%s/%s", device, file) >= 0 && *g_strstrip(id) && strtoul(id, NULL, 16) == strtoul(wanted, NULL, 16);
}

int usb_count(struct source *src, const char *vendor, const char *product)
{
	g_auto(GStrv) names = NULL;
	int r = source_list(src, DIR, &names), count = 0;

	for (size_t i = 0; r >= 0 && i < ENTRIES_MAX && names[i]; i++) /* "1-4:1.0" is an interface of the device "1-4" */
		if (*names[i] && !strchr(names[i], ':') && has_id(src, names[i], "idVendor", vendor))
			count += has_id(src, names[i], "idProduct", product);
	return r < 0 ? r : count;
}
