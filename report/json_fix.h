// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_fix - what is to be done, as the members of a JSON object
 */
#ifndef VMDOCTOR_JSON_FIX_H
#define VMDOCTOR_JSON_FIX_H

#include <json-glib/json-glib.h>

struct fix;

/** json_make_fix - adds the members of @f to the object that is open in @b */
void json_make_fix(JsonBuilder *b, const struct fix *f);

#endif
