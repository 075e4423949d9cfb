// SPDX-License-Identifier: GPL-2.0-or-later
/* Texts that people paste: each kind of output has a fixture in tests/paste. */
#include "test.h"

#include <errno.h>
#include <time.h>

#include "archives/paste/paste.h"
#include "source/source.h"

/* The fixture, the kind that it is, where it is filed, and a part of what that path answers ("": anything; NULL: ENOENT). */
static const struct {
	const char *file, *kind, *path, *part;
} cases[] = {
	{ "virsh-list", "virsh list", "/vmdoctor/libvirt/info/my db.json", "\"shutoff\"" },
	{ "virsh-dominfo", "virsh dominfo", "", "" },
	{ "virsh-domstate", "virsh domstate", "", "" },
	{ "virsh-net-list", "virsh net-list", "/vmdoctor/libvirt/netinfo/default.json", "\"active\" : false" },
	{ "virsh-net-info", "virsh net-info", "/vmdoctor/libvirt/netinfo/default.json", "\"persistent\" : true" },
	{ "virsh-pool-list", "virsh pool-list", "/vmdoctor/libvirt/poolinfo/vmstore.json", "\"active\" : false" },
	{ "virsh-pool-info", "virsh pool-info", "/vmdoctor/libvirt/poolinfo/vmstore.json", "\"autostart\" : false" },
	{ "virsh-version", "virsh version", "/vmdoctor/libvirt/version.json", "\"7.2.22\"" },
	{ "virsh-nodeinfo", "virsh nodeinfo", "/vmdoctor/libvirt/nodeinfo.json", "65777408" },
	{ "virsh-domblklist", "virsh domblklist", "/vmdoctor/pasted/virsh.txt", "vda" },
	{ "virsh-domiflist", "virsh domiflist", "/vmdoctor/pasted/virsh.txt", "vnet0" },
	{ "virsh-domifaddr", "virsh domifaddr", "/vmdoctor/pasted/virsh.txt", "ipv4" },
	{ "virsh-net-dhcp-leases", "virsh net-dhcp-leases", "/vmdoctor/pasted/virsh.txt", "52:54" },
	{ "virsh-vol-list", "virsh vol-list", "/vmdoctor/pasted/virsh.txt", "web.qcow2" },
	{ "virsh-snapshot-list", "virsh snapshot-list", "/vmdoctor/pasted/virsh.txt", "before" },
	{ "ip-addr", "ip addr", "/vmdoctor/net/address.json", "192.0.2.10" },
	{ "ip-addr", "ip addr", "/vmdoctor/net/link.json", "\"kind\" : \"bridge\"" },
	{ "ip-o-addr", "ip -o addr", "/vmdoctor/net/address.json", "192.0.2.10" },
	{ "ip-br-addr", "ip -br addr", "/vmdoctor/pasted/ip-br.txt", "br0" },
	{ "ip-neigh", "ip neigh", "/vmdoctor/net/neighbour.json", "reachable" },
	{ "ip-route", "ip route", "/vmdoctor/net/route.json", "\"default\"" },
	{ "ip-rule", "ip rule", "/vmdoctor/net/policy.json", "virbr1" },
	{ "bridge-fdb", "bridge fdb", "/vmdoctor/net/fdb.json", "52:54:00:aa:bb:cc" },
	{ "bridge-link", "bridge link", "/vmdoctor/pasted/bridge-link.txt", "forwarding" },
	{ "brctl-show", "brctl show", "/vmdoctor/pasted/brctl.txt", "virbr0" },
	{ "route", "route", "/vmdoctor/net/route.json", "192.168.122.0/24" },
	{ "ifconfig", "ifconfig", "/vmdoctor/pasted/ifconfig.txt", "192.0.2.10" },
	{ "ping", "log of ping", "/vmdoctor/pasted/ping.txt", "100%" },
	{ "tcpdump", "log of tcpdump", "/vmdoctor/pasted/tcpdump.txt", "BOOTP" },
	{ "iptables-save", "iptables-save", "/vmdoctor/pasted/chain.json", "\"DROP\"" },
	{ "iptables-S", "iptables -S", "/vmdoctor/pasted/chain.json", "\"DROP\"" },
	{ "iptables-L", "iptables -L", "/vmdoctor/pasted/chain.json", "DOCKER-USER" },
	{ "nft-list-ruleset", "nft list ruleset", "/vmdoctor/pasted/chain.json", "\"ip filter\"" },
	{ "firewall-cmd", "firewall-cmd --list-all", "/vmdoctor/pasted/chain.json", "\"libvirt\"" },
	{ "ufw-status", "ufw status", "/vmdoctor/pasted/chain.json", "\"DROP\"" },
	{ "qemu-img-info", "qemu-img info", "/vmdoctor/pasted/image-info.json", "21474836480" },
	{ "df", "df", "/vmdoctor/pasted/space.json", "\"free-bytes\" : 0" },
	{ "mount", "mount", "/proc/mounts", "nas:/vm /srv nfs4 ro" },
	{ "lsblk", "lsblk", "/vmdoctor/pasted/storage.txt", "sda1" },
	{ "lvs", "lvs", "/vmdoctor/pasted/storage.txt", "thin" },
	{ "zpool-status", "zpool status", "/vmdoctor/pasted/storage.txt", "DEGRADED" },
	{ "ls-l", "ls", "/vmdoctor/pasted/file.json", "/var/lib/libvirt/images/cd image.iso" },
	{ "ls-missing", "ls", "/var/lib/libvirt/images/web.qcow2", NULL },
	{ "ls-Z", "ls", "/vmdoctor/pasted/file.json", "default_t" },
	{ "getfacl", "getfacl", "/vmdoctor/pasted/file.json", "user:libvirt-qemu:--x" },
	{ "namei", "namei", "/vmdoctor/pasted/file.json", "/home/jo/vm.qcow2" },
	{ "sysctl", "sysctl", "/proc/sys/net/ipv4/ip_forward", "0\n" },
	{ "values", "values of /proc and /sys", "/sys/module/kvm_intel/parameters/nested", "Y\n" },
	{ "kernel-command-line", "kernel command line", "/proc/cmdline", "intel_iommu=on" },
	{ "grub", "GRUB settings", "/etc/default/grub", "intel_iommu=on" },
	{ "os-release", "os-release", "/etc/os-release", "bookworm" },
	{ "meminfo", "/proc/meminfo", "/proc/meminfo", "32675124" },
	{ "cpuinfo", "/proc/cpuinfo", "/proc/cpuinfo", "vmx" },
	{ "qemu-conf", "qemu.conf", "/etc/libvirt/qemu.conf", "dynamic_ownership = 0" },
	{ "libvirtd-conf", "libvirtd.conf", "/etc/libvirt/libvirtd.conf", "log_level = 1" },
	{ "apparmor-profile", "AppArmor profile", "/etc/apparmor.d/libvirt/libvirt-6a4cc5d6-6d5b-4d2b-8a57-0d6a3c3a2f10", "attach_disconnected" },
	{ "cat", "contents of a file", "/sys/module/kvm_intel/parameters/nested", "N\n" },
	{ "virt-host-validate", "virt-host-validate", "/vmdoctor/pasted/validate.json", "\"fail\"" },
	{ "getenforce", "getenforce", "/sys/fs/selinux/enforce", "1" },
	{ "getenforce-disabled", "getenforce", "/sys/fs/selinux/enforce", NULL },
	{ "sestatus", "sestatus", "/sys/fs/selinux/enforce", "0" },
	{ "aa-status", "aa-status", "/sys/kernel/security/apparmor/profiles", "virt-aa-helper (complain)" },
	{ "systemctl-status", "systemctl status", "/vmdoctor/pasted/unit.json", "\"exit-code\"" },
	{ "systemctl-is-active", "systemctl is-active", "/vmdoctor/pasted/unit.json", "\"virtlogd.service\"" },
	{ "systemctl-list-units", "systemctl list-units", "/vmdoctor/pasted/unit.json", "\"failed\"" },
	{ "dpkg-l", "dpkg -l", "/vmdoctor/pasted/package.json", "9.0.0-4+deb12u2" },
	{ "rpm-q", "rpm -q", "/vmdoctor/pasted/package.json", "8.0.0-16.el9_3" },
	{ "ulimit-a", "ulimit -a", "/vmdoctor/pasted/limit.json", "max locked memory" },
	{ "limits", "limits of a process", "/proc/4711/limits", "Max open files" },
	{ "lscpu", "lscpu", "/proc/cpuinfo", "flags\t\t: fpu" },
	{ "free", "free", "/proc/meminfo", "MemTotal: 32505856 kB" },
	{ "uname", "uname -a", "/vmdoctor/host.json", "6.1.0-41-amd64" },
	{ "qemu-version", "version of QEMU or libvirt", "/vmdoctor/pasted/versions.txt", "7.2.22" },
	{ "lsmod", "lsmod", "/vmdoctor/pasted/module.json", "kvm_intel" },
	{ "lspci", "lspci", "/vmdoctor/pasted/pci.json", "\"nouveau\"" },
	{ "lsusb", "lsusb", "/vmdoctor/pasted/usb.json", "\"shown\" : \"Bus 001 Device 003: ID 046d:c52b" },
	{ "ps", "ps", "/run/libvirt/qemu/web.pid", "4711" },
	{ "top", "top", "/vmdoctor/pasted/cpu-shown.json", "\"steal\"" },
	{ "vmstat", "vmstat", "/vmdoctor/pasted/cpu-shown.json", "\"iowait\" : 7" },
	{ "iostat", "iostat", "/vmdoctor/pasted/load.txt", "sda" },
	{ "uptime", "uptime", "/vmdoctor/pasted/load.txt", "8.11" },
	{ "domain-xml", "domain XML", "/vmdoctor/libvirt/domains/web.xml", "<domain type='kvm' id='3'>" },
	{ "domain-xml-off", "domain XML", "/etc/libvirt/qemu/my db.xml", "<name>my db</name>" },
	{ "domstatus-xml", "domain status XML", "/run/libvirt/qemu/web.xml", "4711" },
	{ "network-xml", "network XML", "/vmdoctor/libvirt/networks/default.xml", "virbr0" },
	{ "pool-xml", "pool XML", "/vmdoctor/libvirt/pools/default.xml", "images" },
	{ "capabilities-xml", "capabilities", "/vmdoctor/libvirt/capabilities.xml", "x86_64" },
	{ "domcapabilities-xml", "domain capabilities", "/vmdoctor/libvirt/domcapabilities/x86_64,kvm,pc-q35-7.2,%2Fusr%2Fbin%2Fqemu-system-x86_64.xml", "q35" },
	{ "fragment-xml", "part of a domain's XML", "/etc/libvirt/qemu/unnamed.xml", "cache='none'" },
};

static struct source *pasted(const char *text)
{
	struct source *record = record_new(NULL);

	paste_file(record, text, strlen(text));
	return record;
}

static char *fixture(const char *name)
{
	g_autofree char *path = g_strdup_printf("tests/paste/%s.txt", name);
	char *text = NULL;

	assert_true(g_file_get_contents(path, &text, NULL, NULL));
	return text;
}

static char *index_of(struct source *record)
{
	char *index = NULL;

	assert_int_equal(source_read(record, PASTE_INDEX, &index, NULL), 0);
	return index;
}

static void assert_case(struct source *record, size_t i)
{
	g_autofree char *index = index_of(record), *kind = g_strdup_printf("\t%s\t", cases[i].kind), *text = NULL;
	int r = *cases[i].path ? source_read(record, cases[i].path, &text, NULL) : 0;

	if (!strstr(index, kind))
		fail_msg("%s: not recognised as '%s': %s", cases[i].file, cases[i].kind, index);
	if (!cases[i].part && r != -ENOENT)
		fail_msg("%s: %s answers %d", cases[i].file, cases[i].path, r);
	if (cases[i].part && (r != 0 || (text && !strstr(text, cases[i].part))))
		fail_msg("%s: %s answers %d: %s", cases[i].file, cases[i].path, r, text ? text : "");
}

static void each_kind_is_filed_where_a_check_reads_it(void **state G_GNUC_UNUSED)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = fixture(cases[i].file);
		struct source *record = pasted(text);

		assert_case(record, i);
		source_free(record);
	}
}

/* In a mail each line is quoted, in a ticket it is fenced, and often there is a prompt. */
static void wrappings_are_seen_through(void **state G_GNUC_UNUSED)
{
	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = fixture(cases[i].file);
		g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
		g_autofree char *quoted = g_strjoinv("\r\n> ", lines), *mail = g_strconcat("You wrote:\r\n> ", quoted, "\r\n\r\nWell.\r\n", NULL);
		g_autofree char *ticket = g_strconcat("It says\n```\n", text, "```\nand then?\n", NULL);
		struct source *a = pasted(mail), *b = pasted(ticket);

		assert_case(a, i);
		assert_case(b, i);
		source_free(a);
		source_free(b);
	}
}

static void numbers_of_lines_are_no_part_of_them(void **state G_GNUC_UNUSED)
{
	g_autofree char *text = fixture("network-xml");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) numbered = g_string_new(NULL);
	struct source *record;
	g_autofree char *xml = NULL;

	for (size_t i = 0; lines[i] && *lines[i]; i++)
		g_string_append_printf(numbered, "%4zu  %s\n", i + 1, lines[i]);
	record = pasted(numbered->str);
	assert_int_equal(source_read(record, "/vmdoctor/libvirt/networks/default.xml", &xml, NULL), 0);
	source_free(record);
}

/* Source: users who show what seems important to them */
static void what_is_not_shown_is_not_known(void **state G_GNUC_UNUSED)
{
	static const char domain[] = "<domain type='kvm'><name>a</name><devices><interface type='bridge'><source bridge='br7'/></interface>"
				     "<interface type='network'><source network='net7'/></interface></devices></domain>\n";
	static const struct {
		const char *text, *path;
		int verb;
	} partial[] = {
		{ "$ ip a show enp3s0\n2: enp3s0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP\n", "/sys/class/net/br7", SOURCE_LIST },
		{ "$ ip a show enp3s0\n2: enp3s0: <BROADCAST,UP,LOWER_UP> mtu 1500 qdisc mq state UP\n", "/vmdoctor/net/link.json", SOURCE_READ },
		{ "$ ip a | grep -A2 lo\n1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\n", "/vmdoctor/net/link.json", SOURCE_READ },
		{ "1: lo: <LOOPBACK,UP,LOWER_UP> mtu 65536 qdisc noqueue\n[...]\n9: vnet0: <UP> mtu 1500\n", "/vmdoctor/net/link.json", SOURCE_READ },
		{ "$ ip r get 192.0.2.1\n192.0.2.1 dev br0 src 192.0.2.10\n", "/vmdoctor/net/route.json", SOURCE_READ },
		{ "$ virsh net-list\n Name   State   Autostart  Persistent\n-----\n lan   active   yes   yes\n", "/vmdoctor/libvirt/netinfo/net7.json", SOURCE_READ },
		{ "$ virsh net-list --all | grep lan\n lan   active   yes   yes\n", "/vmdoctor/libvirt/netinfo/net7.json", SOURCE_READ },
		{ "$ lsmod | grep kvm\nkvm_amd   1234  0\n", "/sys/module/kvm_intel/parameters", SOURCE_LIST },
		{ "$ df -h /srv\nFilesystem      Size  Used Avail Use% Mounted on\n/dev/sdb1       1.8T  1.8T     0 100% /srv\n", "/var/lib/libvirt", SOURCE_FS },
		{ "$ mount | grep srv\n/dev/sdb1 on /srv type xfs (ro)\n", "/proc/mounts", SOURCE_READ },
		{ "$ grep Huge /proc/meminfo\nHugePages_Total:       0\n", "/proc/meminfo", SOURCE_READ },
		{ "brctl show\nbridge name\tbridge id\t\tSTP enabled\tinterfaces\nbr0\t\t8000.3cecef112233\tno\t\teth0\n", "/sys/class/net/br7", SOURCE_LIST },
	};

	for (size_t i = 0; i < G_N_ELEMENTS(partial); i++) {
		g_autofree char *text = g_strconcat(domain, partial[i].text, NULL);
		struct source *record = pasted(text);
		const struct query q = { .verb = (enum source_verb)partial[i].verb, .path = partial[i].path };
		struct answer a;

		source_ask(record, &q, &a);
		if (a.error != -ENODATA)
			fail_msg("%s is answered: %s", partial[i].path, partial[i].text);
		answer_done(&a);
		source_free(record);
	}
}

/* A whole list says what there is not. */
static void a_whole_list_is_one(void **state G_GNUC_UNUSED)
{
	static const char domain[] = "<domain type='kvm'><name>a</name><devices><interface type='bridge'><source bridge='br7'/></interface>"
				     "<interface type='bridge'><source bridge='br0'/></interface>"
				     "<interface type='network'><source network='net7'/></interface></devices></domain>\n";
	g_autofree char *links = fixture("ip-addr"), *text = NULL, *said = NULL;
	g_auto(GStrv) names = NULL, ports = NULL;
	struct source *record;

	text = g_strconcat(domain, links, "# virsh net-list --all\n Name   State   Autostart  Persistent\n----\n lan   active   yes   yes\n", NULL);
	record = pasted(text);
	assert_int_equal(source_list(record, "/sys/class/net/br7", &names), -ENOENT);
	assert_int_equal(source_list(record, "/sys/class/net/br0", &ports), 0);
	assert_int_equal(source_read(record, "/vmdoctor/libvirt/netinfo/net7.json", &said, NULL), -ENOENT);
	source_free(record);
}

static void files_have_their_mode_and_what_is_known_of_owners(void **state G_GNUC_UNUSED)
{
	g_autofree char *text = fixture("ls-l");
	struct source *record = pasted(text);
	struct source_stat st = { 0 };

	assert_int_equal(source_stat(record, "/var/lib/libvirt/images/web.qcow2", &st), 0);
	assert_int_equal(st.mode, 0100600);
	assert_int_equal(st.uid, 0);
	assert_int_equal(st.size_bytes, 21478375424);
	/* Which number kvm has, differs from host to host; an ACL was not shown. */
	assert_int_equal(source_stat(record, "/var/lib/libvirt/images/cd image.iso", &st), -ENODATA);
	assert_int_equal(source_stat(record, "/var/lib/libvirt/images/x.raw", &st), -ENODATA);
	source_free(record);
}

static void an_unknown_output_is_named(void **state G_GNUC_UNUSED)
{
	struct source *record = pasted("[root@kvm1 ~]# frobnicate -x\na\nb\n\nAny idea?\n");
	g_autofree char *index = index_of(record);

	assert_non_null(strstr(index, "#? 1 3 frobnicate -x\n"));
	assert_non_null(strstr(index, "# lines 5 messages 1 unknown 2\n"));
	source_free(record);
}

static void prose_is_no_output(void **state G_GNUC_UNUSED)
{
	struct source *record = pasted("Hello,\nip a shows nothing, and the <disk> is gone: why?\nEnforcing that is hard.\n"
				       "error: Failed to start domain 'web'\nerror: Cannot get interface MTU on 'br0': No such device\n");
	g_autofree char *index = index_of(record);

	assert_string_equal(index, "# lines 5 messages 5 unknown 0\n");
	source_free(record);
}

static void what_the_host_says_counts_more(void **state G_GNUC_UNUSED)
{
	struct source *record = record_new(NULL);
	g_autofree char *text = NULL;

	record_put_text(record, "/proc/sys/net/ipv4/ip_forward", "1\n");
	paste_file(record, "net.ipv4.ip_forward = 0\n", strlen("net.ipv4.ip_forward = 0\n"));
	assert_int_equal(source_read(record, "/proc/sys/net/ipv4/ip_forward", &text, NULL), 0);
	assert_string_equal(text, "1\n");
	source_free(record);
}

/* No path leaves the tree, and names out of a text are no paths. */
static void hostile_names_stay_inside(void **state G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"<domain type='kvm'><name>../../etc/passwd</name></domain>\n",
		"<network><name>../x</name></network>\n",
		"# cat /proc/../etc/shadow\nroot\n",
		"/proc/../etc/shadow:x\n",
		"$ cat /etc/libvirt/../shadow\nx\n",
		"net.ipv4/../../x = 1\n",
		"libvirt 12 1 0 ? S /usr/bin/qemu-system-x86_64 -name guest=../../a -S\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		struct source *record = pasted(texts[i]);
		g_autofree char *dir = g_dir_make_tmp("paste-XXXXXX", NULL), *tree = g_build_filename(dir, "tree", NULL);

		if (record_save(record, tree) != 0)
			fail_msg("cannot be saved: %s", texts[i]);
		source_free(record);
	}
}

static double seconds_for(const char *unit, size_t bytes)
{
	g_autoptr(GString) text = g_string_sized_new(bytes);
	clock_t begin = clock(); /* of this process: a busy host is no failure */
	struct source *record;

	while (text->len < bytes)
		g_string_append(text, unit);
	record = pasted(text->str);
	source_free(record);
	return (double)(clock() - begin) / CLOCKS_PER_SEC;
}

/* Four times the text may take four times as long, and some for a busy host; not sixteen times. */
static void time_grows_with_the_text(void **state G_GNUC_UNUSED)
{
	static const char *const units[] = {
		"$ cat /etc/x\n", "$ foo\n", "```\n", "<disk>\n", "<domain><name>\n", "<devices>\n<disk \n", "<a>", "> > > >\n",
		"1: lo: <LOOPBACK> mtu 1\n", "-P X\n", "$ virsh list\n Id   Name   State\n", "ip a:\n", "12 x\n", "Chain A (policy DROP)\n\n",
		"image: x\n", "[...]\n", "# file: x\n", "&lt;", "\xff\xfe\n", "f: /\n", "total 1\n", "/proc/a:1\n", "$ ls -l /\nx\n",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		double small = seconds_for(units[i], 64 * 1024), large = seconds_for(units[i], 256 * 1024);

		if (large > 12 * small + 2.0)
			fail_msg("'%s': %.2f s, four times as much %.2f s", units[i], small, large);
	}
}

static void depth_and_bytes_are_survived(void **state G_GNUC_UNUSED)
{
	g_autoptr(GString) deep = g_string_new("<domain type='kvm'><name>d</name>");
	g_autofree char *noise = g_malloc(1 << 20);
	struct source *record;

	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "<a>");
	for (int i = 0; i < 100000; i++)
		g_string_append(deep, "</a>");
	g_string_append(deep, "</domain>\n");
	source_free(pasted(deep->str));
	for (size_t i = 0; i < 1 << 20; i++)
		noise[i] = (char)(1 + (i * 2654435761u >> 7) % 255);
	record = record_new(NULL);
	paste_file(record, noise, 1 << 20);
	source_free(record);
	source_free(pasted(""));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_is_filed_where_a_check_reads_it),
		cmocka_unit_test(wrappings_are_seen_through),
		cmocka_unit_test(numbers_of_lines_are_no_part_of_them),
		cmocka_unit_test(what_is_not_shown_is_not_known),
		cmocka_unit_test(a_whole_list_is_one),
		cmocka_unit_test(files_have_their_mode_and_what_is_known_of_owners),
		cmocka_unit_test(an_unknown_output_is_named),
		cmocka_unit_test(prose_is_no_output),
		cmocka_unit_test(what_the_host_says_counts_more),
		cmocka_unit_test(hostile_names_stay_inside),
		cmocka_unit_test(time_grows_with_the_text),
		cmocka_unit_test(depth_and_bytes_are_survived),
	};

	xml_init();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
