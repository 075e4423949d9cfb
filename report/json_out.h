// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * json_out - JSON as text that nothing can be smuggled into
 */
#ifndef VMDOCTOR_JSON_OUT_H
#define VMDOCTOR_JSON_OUT_H

#include <json-glib/json-glib.h>

/**
 * json_out - appends @root, indented, with a final line break
 *
 * What would steer a terminal is escaped; a number with a fraction gets one decimal, "score" three.
 */
void json_out(JsonNode *root, GString *out);

#endif
