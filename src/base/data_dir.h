// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * data_dir - where the program's own knowledge lies: rules, their schemas, tables of releases
 */
#ifndef VMDOCTOR_DATA_DIR_H
#define VMDOCTOR_DATA_DIR_H

/** data_dir - the directory with rules.rng: beside the program, else where it was installed; g_free() it */
char *data_dir(void);

#endif
