// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * places - where evidence was read, as a user can type or open it
 */
#ifndef VMDOCTOR_PLACES_H
#define VMDOCTOR_PLACES_H

/** place_command - the command that shows what was read at @source, "virsh dumpxml web"; g_free() it
 *  Return: NULL: it is a file like any other, or nothing that can be typed. */
char *place_command(const char *source);

#endif
