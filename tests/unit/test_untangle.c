// SPDX-License-Identifier: GPL-2.0-or-later
/* untangle and envelope: what was pasted, and who wrote it in answer to what. */
#include "test.h"

#include <string.h>

#include "formats/asked.h"
#include "formats/envelope.h"
#include "formats/readable.h"
#include "formats/untangle.h"

/* All lines, each ended by '|'. */
static char *joined(const char *text)
{
	g_autoptr(GPtrArray) lines = untangle(text, strlen(text));
	GString *out = g_string_new(NULL);

	for (guint i = 0; i < lines->len; i++)
		g_string_append_printf(out, "%s|", ((struct text_line *)lines->pdata[i])->text);
	return g_string_free(out, FALSE);
}

static void assert_lines(const char *text, const char *wanted)
{
	g_autofree char *got = joined(text);

	assert_string_equal(got, wanted);
}

static void escapes_of_json_go_and_python_are_undone(void **state G_GNUC_UNUSED)
{
	assert_lines("{\"msg\":\"error: cannot open \\\"/srv/a\\\"\\nNo space\"}", "{\"msg\":\"error: cannot open \"/srv/a\"|No space\"}|");
	assert_lines("'one\\\\ntwo'", "'one|two'|");
	assert_lines("file \\u0027/dev/kvm\\u0027", "file '/dev/kvm'|");
}

static void the_name_of_a_server_is_no_escape(void **state G_GNUC_UNUSED)
{
	assert_lines("CIFS: VFS: \\\\nas1 has not responded", "CIFS: VFS: \\\\nas1 has not responded|");
	assert_lines("\"msg\": \"CIFS: \\\\\\\\nas1 is away\"", "\"msg\": \"CIFS: \\\\nas1 is away\"|");
}

static void names_of_units_keep_their_escapes(void **state G_GNUC_UNUSED)
{
	assert_lines("machine-qemu\\x2d1\\x2dweb.scope", "machine-qemu\\x2d1\\x2dweb.scope|");
}

static void colours_entities_and_frames_go(void **state G_GNUC_UNUSED)
{
	assert_lines("\033[31mError\033[0m: no \033]0;title\abridge", "Error: no bridge|");
	assert_lines("Network &#39;default&#39; &amp;amp", "Network 'default' &amp|");
	assert_lines("│ Error: x\n> > quoted", "Error: x|quoted|");
}

static void what_is_no_evidence_goes(void **state G_GNUC_UNUSED)
{
	assert_lines("Traceback (most recent call last):\n  File \"/usr/x.py\", line 3, in f\nlibvirtError: boom\n"
		     "Verify that the 'libvirtd' daemon is running on the remote host.",
		     "libvirtError: boom|");
}

static void a_line_keeps_its_number(void **state G_GNUC_UNUSED)
{
	static const char text[] = "a\n-x \\\n y\n\nz\n";
	g_autoptr(GPtrArray) lines = untangle(text, strlen(text));

	assert_int_equal(lines->len, 3);
	assert_string_equal(((struct text_line *)lines->pdata[1])->text, "-x  y");
	assert_int_equal(((struct text_line *)lines->pdata[1])->number, 2);
	assert_int_equal(((struct text_line *)lines->pdata[2])->number, 5);
}

static void assert_envelope(const char *line, const char *program, const char *message, const char *error,
			    enum envelope_field field, const char *value)
{
	auto_free(envelope_reader) struct envelope_reader *r = envelope_reader_new();
	g_autofree char *readable = readable_text(line, strlen(line));
	struct envelope e;

	envelope_open(r, readable, &e);
	assert_string_equal(e.message, message);
	if (program)
		assert_string_equal(e.fields[ENVELOPE_PROGRAM], program);
	assert_int_equal(e.error == NULL, error == NULL);
	if (error)
		assert_string_equal(e.error, error);
	if (value)
		assert_string_equal(e.fields[field], value);
	envelope_done(&e);
}

static void qemus_words_are_found_in_libvirts(void **state G_GNUC_UNUSED)
{
	assert_envelope("error: internal error: qemu unexpectedly closed the monitor: 2024-02-07T09:02:08.234524Z "
			"qemu-system-x86_64: -device vfio-pci,host=0000:07:00.0,id=hostdev0: VFIO_MAP_DMA failed: Cannot allocate memory",
			"qemu", "VFIO_MAP_DMA failed: Cannot allocate memory", "ENOMEM", ENVELOPE_OPTION, "-device");
	assert_envelope("internal error: unable to execute QEMU command 'blockdev-add': Failed to get \"write\" lock", "qemu",
			"Failed to get 'write' lock", NULL, ENVELOPE_COMMAND, "blockdev-add");
	assert_envelope("2026-01-01T00:00:00.000000Z qemu-kvm: -blockdev {\"driver\":\"file\",\"filename\":\"/x\"}: Could not open '/x': "
			"Permission denied",
			"qemu", "Could not open '/x': Permission denied", "EACCES", ENVELOPE_OPTION, "-blockdev");
}

static void bindings_and_front_ends_are_peeled(void **state G_GNUC_UNUSED)
{
	assert_envelope("virError(Code=1, Domain=10, Message='internal error: Network is already in use by interface virbr0')", "libvirt",
			"Network is already in use by interface virbr0", NULL, ENVELOPE_CODE, "internal error");
	assert_envelope("libvirt.libvirtError: Domain not found: no domain with matching name 'web'", "libvirt",
			"no domain with matching name 'web'", NULL, ENVELOPE_CODE, "Domain not found");
	assert_envelope("Error starting domain: Requested operation is not valid: network 'default' is not active", "libvirt",
			"network 'default' is not active", NULL, ENVELOPE_CODE, "Requested operation is not valid");
}

static void daemons_children_and_the_kernel_are_told_apart(void **state G_GNUC_UNUSED)
{
	assert_envelope("2026-01-01 02:53:16.743+0000: 15425: error : virNetTLSCertCheckTimes:61 : The server certificate is not yet active",
			"libvirt", "The server certificate is not yet active", NULL, ENVELOPE_FUNCTION, "virNetTLSCertCheckTimes");
	assert_envelope("internal error: Child process (/usr/bin/qemu-img convert -f raw /a) unexpected exit status 1: qemu-img: /a: No such file or directory",
			NULL, "/a: No such file or directory", "ENOENT", ENVELOPE_CHILD, "/usr/bin/qemu-img");
	assert_envelope("End of file while reading data: sh: line 1: nc: command not found: Input/output error", NULL,
			"line 1: nc: command not found", NULL, ENVELOPE_PROGRAM, NULL);
	assert_envelope("[  12.5] kvm: exiting hardware virtualization", "kernel", "kvm: exiting hardware virtualization", NULL,
			ENVELOPE_PROGRAM, "kernel");
}

static void words_of_every_day_name_nothing(void **state G_GNUC_UNUSED)
{
	static const char *const sentences[] = {
		"error: cannot open file", "error: swtpm failed and/or is missing", "error: the disk is read/write for nobody",
		"error: input/output error", "error: failed to open swtpm/tpm2", "error: TCP/IP is not configured", "error: N/A",
		"error: cannot use disk image", "error: could not open image/disk", "error: client/server mismatch",
		"error: bridge is missing on the interface", "error: failed on port 5900", "error: see https://libvirt.org/docs for help",
		"error: unsupported machine type 'pc/q35'", "error: bad path: images/web.qcow2", "error: 3/4 tests failed",
		"error: failed at 10/11/2026", "error: process 12 of 20 failed", "error: no bridge on br", "error: the tap is closed",
	};
	auto_free(envelope_reader) struct envelope_reader *reader = envelope_reader_new();

	for (size_t i = 0; i < G_N_ELEMENTS(sentences); i++) {
		struct envelope e = { 0 };

		envelope_open(reader, sentences[i], &e);
		if (e.named->len > 0)
			fail_msg("'%s' names %s", sentences[i], ((struct envelope_named *)e.named->pdata[0])->value);
		envelope_done(&e);
	}
}

static void what_is_named_is_listed_once(void **state G_GNUC_UNUSED)
{
	auto_free(envelope_reader) struct envelope_reader *r = envelope_reader_new();
	struct envelope e;

	envelope_open(r, "vfio 0000:01:00.0: cannot open '/dev/vfio/1' of bridge br0, /dev/vfio/1", &e);
	assert_int_equal(e.named->len, 3);
	assert_string_equal(((struct envelope_named *)e.named->pdata[0])->value, "/dev/vfio/1");
	assert_int_equal(((struct envelope_named *)e.named->pdata[1])->kind, NAMED_PCI);
	assert_int_equal(((struct envelope_named *)e.named->pdata[2])->kind, NAMED_INTERFACE);
	envelope_done(&e);
}

static void the_noun_says_what_was_asked(void **state G_GNUC_UNUSED)
{
	assert_string_equal(asked_of("Unable to get free loop device via ioctl"), "loop");
	assert_string_equal(asked_of("Unable to create bridge virbr0"), "bridge");
	assert_string_equal(asked_of("Failed to mount cgroup on /run/x"), "cgroup");
	assert_string_equal(asked_of("Unable to rename '/srv/a'"), "file");
	assert_null(asked_of("Hello, world"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_of_json_go_and_python_are_undone),
		cmocka_unit_test(the_name_of_a_server_is_no_escape),
		cmocka_unit_test(names_of_units_keep_their_escapes),
		cmocka_unit_test(colours_entities_and_frames_go),
		cmocka_unit_test(what_is_no_evidence_goes),
		cmocka_unit_test(a_line_keeps_its_number),
		cmocka_unit_test(qemus_words_are_found_in_libvirts),
		cmocka_unit_test(bindings_and_front_ends_are_peeled),
		cmocka_unit_test(daemons_children_and_the_kernel_are_told_apart),
		cmocka_unit_test(what_is_named_is_listed_once),
		cmocka_unit_test(words_of_every_day_name_nothing),
		cmocka_unit_test(the_noun_says_what_was_asked),
	};

	return cmocka_run_group_tests_name("formats/untangle", tests, NULL, NULL);
}
