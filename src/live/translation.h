// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * translation - messages in another language, turned back into the original by the catalogues of this machine
 *
 * libvirt speaks 46 languages where its catalogues are installed (Debian: libvirt-l10n), and signatures
 * are of the original. A catalogue is no state of the host that is diagnosed: it is knowledge, as osinfo-db is.
 */
#ifndef VMDOCTOR_TRANSLATION_H
#define VMDOCTOR_TRANSLATION_H

/** translation_undo - @text with the lines that are in another language turned back; as many lines as before
 *  Return: NULL: there are none, or no catalogue here knows them. Source: gettext(3), /usr/share/locale. */
char *translation_undo(const char *text);

#endif
