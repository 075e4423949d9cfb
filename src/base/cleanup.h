// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * cleanup - own types are freed where they go out of scope, as GLib's are by g_autoptr()
 *
 * A header with "void thing_free(struct thing *t)" has AUTO_FREE(struct thing, thing), and then a variable
 * may be declared "auto_free(thing) struct thing *t = …".  NULL is fine.  No typedef is needed.
 * Source: GCC manual, common variable attributes, cleanup
 */
#ifndef VMDOCTOR_CLEANUP_H
#define VMDOCTOR_CLEANUP_H

#define AUTO_FREE(type, name) \
	static inline void name##_freep(type **at) \
	{ \
		if (*at) \
			name##_free(*at); \
	}

#define auto_free(name) __attribute__((cleanup(name##_freep)))

#endif
