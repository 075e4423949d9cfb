// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * pager - what is longer than the terminal goes through the user's pager, as git does it
 */
#ifndef VMDOCTOR_PAGER_H
#define VMDOCTOR_PAGER_H

#include <stdbool.h>

/**
 * pager_start - standard output goes through a pager from now on, until the program ends
 *
 * Nothing happens where standard output is no terminal, or the pager is "cat", empty, or not there.
 * It is $VMDOCTOR_PAGER, else $PAGER, else less, a command for the shell; less ends by itself when
 * all fits on the screen. Of root by sudo it is less without its shell and editor (LESSSECURE), for
 * it may be all that this user may run.
 * Source: git(1), core.pager and GIT_PAGER; less(1), SECURITY; sudo(8), SUDO_UID.
 */
void pager_start(void);
/** pager_was_left - writing failed with @error because the user has read enough: that is no error */
bool pager_was_left(int error);

#endif
