// SPDX-License-Identifier: GPL-2.0-or-later
/* catalogue: a translated message and the original; broken catalogues. */
#include "test.h"

#include <string.h>

#include "formats/catalogue.h"

/* An .mo file of pairs; the first is its header. */
static GBytes *mo_of(const char *const *pairs, guint32 n)
{
	GByteArray *out = g_byte_array_new();
	g_autoptr(GByteArray) strings = g_byte_array_new();
	guint32 head[7] = { 0x950412de, 0, n, 28, 28 + n * 8, 0, 0 };

	g_byte_array_append(out, (guint8 *)head, sizeof(head));
	for (int side = 0; side < 2; side++)
		for (guint32 i = 0; i < n; i++) {
			const char *text = pairs[i * 2 + (guint32)side];
			guint32 row[2] = { (guint32)strlen(text), 28 + n * 16 + strings->len };

			g_byte_array_append(out, (guint8 *)row, sizeof(row));
			g_byte_array_append(strings, (const guint8 *)text, (guint)strlen(text) + 1);
		}
	g_byte_array_append(out, strings->data, strings->len);
	return g_byte_array_free_to_bytes(out);
}

static const char *const german[] = {
	"", "Language: de\n",
	"internal error: %s", "Interner Fehler: %s",
	"cannot open %1$s of %2$s", "kann von %2$s nicht öffnen: %1$s",
	"error: ", "Fehler: ",
	"network '%s' is not active", "Netzwerk »%s« ist nicht aktiv",
};

static void assert_original(const char *line, const char *wanted)
{
	g_autoptr(GBytes) mo = mo_of(german, G_N_ELEMENTS(german) / 2);
	auto_free(catalogue) struct catalogue *c = catalogue_new(mo);
	struct catalogue *all[] = { c, NULL };
	g_autofree char *got = NULL;

	assert_non_null(c);
	got = catalogue_original(all, line);
	if (wanted)
		assert_string_equal(got, wanted);
	else
		assert_null(got);
}

static void messages_within_messages_are_turned_back(void **state G_GNUC_UNUSED)
{
	assert_original("Fehler: Interner Fehler: Netzwerk 'lan' ist nicht aktiv", "error: internal error: network 'lan' is not active");
}

static void values_go_where_the_original_has_them(void **state G_GNUC_UNUSED)
{
	assert_original("kann von web nicht öffnen: /srv/a", "cannot open /srv/a of web");
}

static void what_is_no_message_stays(void **state G_GNUC_UNUSED)
{
	assert_original("Guten Morgen, das Netzwerk ist langsam", NULL);
}

static void a_part_of_a_sentence_is_no_message(void **state G_GNUC_UNUSED)
{
	assert_original("mein Netzwerk 'lan' ist nicht aktiv seit gestern", NULL);
}

/* Cut anywhere, or with each number made huge: no read outside, at worst no catalogue. */
static void broken_catalogues_do_no_harm(void **state G_GNUC_UNUSED)
{
	g_autoptr(GBytes) whole = mo_of(german, G_N_ELEMENTS(german) / 2);
	gsize size;
	const guint8 *data = g_bytes_get_data(whole, &size);

	for (gsize n = 0; n < size; n++) {
		g_autofree guint8 *copy = g_memdup2(data, size);
		g_autoptr(GBytes) cut = g_bytes_new(data, n), wild = NULL;

		memset(copy + n, 0xff, MIN(4, size - n));
		wild = g_bytes_new(copy, size);
		for (int k = 0; k < 2; k++) {
			auto_free(catalogue) struct catalogue *c = catalogue_new(k ? wild : cut);
			struct catalogue *all[] = { c, NULL };

			if (c)
				g_free(catalogue_original(all, "Interner Fehler: Netzwerk 'lan' ist nicht aktiv"));
		}
	}
	assert_true(size > 28);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(messages_within_messages_are_turned_back),
		cmocka_unit_test(values_go_where_the_original_has_them),
		cmocka_unit_test(what_is_no_message_stays),
		cmocka_unit_test(a_part_of_a_sentence_is_no_message),
		cmocka_unit_test(broken_catalogues_do_no_harm),
	};

	return cmocka_run_group_tests_name("formats/catalogue", tests, NULL, NULL);
}
