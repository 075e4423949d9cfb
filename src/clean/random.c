// SPDX-License-Identifier: GPL-2.0-or-later
#include "clean/random.h"

#include <glib.h>

#define WORD_MIN_BYTES 10
#define WORD_MAX_BYTES 512

enum { SMALL, CAPITAL, DIGIT, KINDS_ };

static int kind_of(char c)
{
	return g_ascii_islower(c) ? SMALL : g_ascii_isupper(c) ? CAPITAL : g_ascii_isdigit(c) ? DIGIT : KINDS_;
}

bool random_word(const char *word, size_t size)
{
	size_t of[KINDS_ + 1] = { 0 }, changes = 0;

	if (size < WORD_MIN_BYTES || size > WORD_MAX_BYTES)
		return false;
	for (size_t i = 0; i < size; i++) {
		of[kind_of(word[i])]++;
		changes += i > 0 && kind_of(word[i]) != kind_of(word[i - 1]);
	}
	return of[SMALL] && of[CAPITAL] && of[DIGIT] && !of[KINDS_] && changes * 2 >= size - 1;
}
