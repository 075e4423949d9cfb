// SPDX-License-Identifier: GPL-2.0-or-later
/* Commands of rules: quoted for their program, and what acts. */
#include "test.h"

#include "rules/command.h"

static void commas_are_doubled_where_they_would_end_a_value(void **state G_GNUC_UNUSED)
{
	static const struct {
		const char *before, *value, *quoted;
	} cases[] = {
		{ "virt-xml vm --edit path=", "/a,b.img", "/a,,b.img" },
		{ "virt-xml vm --edit target=vda --disk cache=none,path=", "/a b,c", "'/a b,,c'" },
		{ "virt-xml ", "a,b", "a,b" },
		{ "virsh domrename ", "a,b", "a,b" },
		{ "virsh dumpxml x; virt-xml vm --edit path=", "a,b", "a,,b" },
		{ "virt-xml vm --edit path=x; grep a=", "a,b", "a,b" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *value = command_value(cases[i].before, cases[i].value);

		assert_string_equal(value, cases[i].quoted);
	}
}

static void a_name_with_a_dash_is_a_name(void **state G_GNUC_UNUSED)
{
	static const char *const cases[][2] = {
		{ "virsh start vm", "virsh start vm" },
		{ "virsh start '-x y'", "virsh start --domain '-x y'" },
		{ "virsh domif-setlink '--config' 52:54:00:00:00:01 up", "virsh domif-setlink --domain '--config' 52:54:00:00:00:01 up" },
		{ "virsh dumpxml --domain '-x'", "virsh dumpxml --domain '-x'" },
		{ "virsh net-start '-lan'", "virsh net-start --network '-lan'" },
		{ "virsh pool-start '-p' && virsh start '-x'", "virsh pool-start --pool '-p' && virsh start --domain '-x'" },
		{ "virt-xml '-x' --edit --cpu host-model", "virt-xml --edit --cpu host-model -- '-x'" },
		{ "virsh dumpxml '-x' | grep 'a  b'", "virsh dumpxml --domain '-x' | grep 'a  b'" },
		{ "ls -l '-x'; date", "ls -l -- '-x'; date" },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *finished = command_finish(cases[i][0]);

		assert_string_equal(finished, cases[i][1]);
	}
}

static void placeholders_are_words_of_their_own(void **state G_GNUC_UNUSED)
{
	g_autoptr(GPtrArray) found = g_ptr_array_new_with_free_func(g_free);

	command_fill_in("ssh USER@HOST ls /srv/FILE.iso; iptables -S FORWARD; ls /DOMAINS /x/DOMAIN HOST $POOL", found);
	assert_int_equal(found->len, 4);
	assert_string_equal(found->pdata[0], "USER");
	assert_string_equal(found->pdata[1], "HOST");
	assert_string_equal(found->pdata[2], "FILE");
	assert_string_equal(found->pdata[3], "DOMAIN");
}

static void what_acts_is_known(void **state G_GNUC_UNUSED)
{
	static const char *const acting[] = {
		"virsh start x", "cat /etc/fstab; modprobe kvm", "sudo virsh edit x", "echo x >/etc/a", "echo x | tee /etc/a",
		"sysctl net.ipv4.ip_forward=1", "virt-xml x --edit --cpu host-model", "ip link set dev x up", "LC_ALL=C chmod o+x /",
		"virsh domtime x --now", "virsh -c qemu:///session undefine x",
	};
	static const char *const looking[] = {
		"virsh dumpxml x", "ls 2>/dev/null", "ls 2>&1 | tail", "sysctl net.ipv4.ip_forward", "ip -br link", "grep '>' /etc/a",
		"virsh domtime x", "dd if=/a of=/dev/null", "journalctl -u start", "virt-xml x --edit --cpu host-model --print-diff",
		"systemctl status libvirtd", "dnf list qemu-kvm", "",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(acting); i++)
		if (!command_acts(acting[i]))
			fail_msg("looks only: %s", acting[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(looking); i++)
		if (command_acts(looking[i]))
			fail_msg("acts: %s", looking[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(commas_are_doubled_where_they_would_end_a_value),
		cmocka_unit_test(a_name_with_a_dash_is_a_name),
		cmocka_unit_test(placeholders_are_words_of_their_own),
		cmocka_unit_test(what_acts_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
