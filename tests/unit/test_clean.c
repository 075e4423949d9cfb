// SPDX-License-Identifier: GPL-2.0-or-later
/* What is hidden, and what is not. In every text the secret is called hunter2 or s3cr3t. */
#include "test.h"

#include <time.h>

#include <errno.h>
#include <stdlib.h>

#include "clean/clean.h"
#include "clean/known_value.h"
#include "source/source.h"

#define CEPH "AQDtqbVmAAAAABAAhunter2XXXXXXXXXXXXXXX=="

static char *cleaned(const char *path, const char *text, size_t size)
{
	g_autoptr(GBytes) out = clean_answer(path, text, size, NULL);
	gsize n;
	const char *bytes = out ? g_bytes_get_data(out, &n) : NULL;

	return out ? g_strndup(bytes, n) : NULL;
}

static void assert_hidden(const char *path, const char *text)
{
	g_autofree char *out = cleaned(path, text, strlen(text));

	if (!out || strstr(out, "hunter2"))
		fail_msg("not hidden: %s", out ? out : text);
}

static void values_behind_telling_words_are_hidden(void **state G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"vnc_password = \"hunter2\"", "#spice_password = \"hunter2\"", "password=hunter2",
		"-chardev socket,path=/x,password=hunter2,server=on", "PASSWD='hunter2 with blanks'",
		"{\"execute\":\"set_password\",\"arguments\":{\"protocol\":\"vnc\",\"password\":\"hunter2\"}}",
		"monitor: \"{\\\"password\\\": \\\"hunter2\\\"}\"", "API_TOKEN=hunter2", "client-secret: x secret=hunter2",
		"rd.iscsi.password=hunter2", "rd.iscsi.in.password=hunter2 quiet",
		"json:{\"driver\":\"https\",\"password\":\"hunter2\"}", "password: hunter2",
		"https://user:hunter2@example.com/x.iso", "nbd://admin:hunter2@10.0.0.1/", "netroot=iscsi:me:hunter2@10.0.0.1::3260::iqn",
		"rbd:pool/image:id=admin:key=hunter2\\:x:auth_supported=cephx", "key is " CEPH,
		"-object secret,id=sec0,data=hunter2,format=raw",
		"-object {\"qom-type\":\"secret\",\"id\":\"libvirt-1\",\"data\":\"hunter2\",\"keyid\":\"masterKey0\"}",
		"-fw_cfg name=opt/com.coreos/config,string=hunter2", "-fw_cfg 'name=opt/x,string=a hunter2 b' -x",
		"-smbios type=11,value=io.systemd.credential:ssh=hunter2", "systemd.set_credential=passwd.hashed:hunter2",
		"Authorization: Basic aHVudGVyMg hunter2", "Cookie: a=b; c=hunter2",
		"root:$6$salt$hunter2hunter2hunter2:19000:0:", "-----BEGIN RSA PRIVATE KEY-----\nMIIhunter2\n-----END RSA PRIVATE KEY-----",
		"COMMAND=/usr/bin/virsh secret-set-value 1234 hunter2", "COMMAND=virsh secret-set-value --secret 1234 --base64 hunter2",
		"node.session.auth.password_in = hunter2", "password= 'hunter2'", "MYSQL_PWD=hunter2", "chap_secret=hunter2", "aws_secret_access_key=hunter2",
		"virsh set-user-password web root hunter2", "guest-set-user-password user root hunter2", "--hmp set_password vnc hunter2",
		"mount --password hunter2 -x", "mount --password 'hunter2'", "root password is hunter2, ask bob", "bob pass: hunter2", "rootpw=hunter2 ip=dhcp",
		"/x?sig=hunter2&se=2", "X-Amz-Signature=hunter2", "AKIAhunter2hunter2hunter2", "eyJhunter2hunter2hunter2.e30",
		"type=PROCTITLE msg=audit(1:2): proctitle=71656D75002D7600706173733D70617373776F72643D68756E74657232",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *out = cleaned("/var/log/x.log", texts[i], strlen(texts[i]));

		assert_hidden("/var/log/x.log", texts[i]);
		assert_null(strstr(out, "68756E74657232")); /* hunter2 */
	}
}

static void what_only_looks_like_it_stays(void **state G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"Failed password for root from 10.0.0.1 port 22", "error: Secret not found: no secret with matching uuid 'x'",
		"-object secret,id=masterKey0,format=raw,file=/var/lib/libvirt/qemu/domain-1-web/master-key.aes",
		"password-secret=virtio-disk0-secret0", "vnc_tls_x509_secret_uuid = \"000000\"",
		"internal error: secret 'ceph' does not have a value", "Invalid password, cannot unlock any keyslot",
		"-vnc :0,password=on", "password=", "passwdValidTo='2030-01-01T00:00:00'",
		"http://example.com:8080/a@b", "ssh://root@host/system", "data=/srv/x", "no secret here",
		"password=[redacted]", "type=PROCTITLE proctitle=2F7573722F62696E2F71656D75002D6E616D65",
		"<secret type='passphrase' uuid='0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f'/>", "-fw_cfg name=opt/x,file=/srv/x",
		"nova : TTY=unknown ; PWD=/var/lib/nova ; USER=root", "nova ALL=(root) NOPASSWD: /usr/bin/nova-rootwrap",
		" cookie=0x8d1, duration=12.3s, table=0", "Request(cookie=0,cookie_mask=0,flags=0)", "net.ipv4.tcp_syncookies = 2", "ceph.lockbox_secret= --addtag x",
		"virsh set-user-password --help", "--password-file /etc/x", "the password is required", "passwdValidTo = '2030-01-01'", "use_password = 0", "tests pass 12 of 13", "pwm1=4 fan",
		"-name guest=Zq22V7kPw9Lm3x,debug-threads=on", "id=Zq22V7kPw9Lm3x", "-cpu model=SkylakeServerIBRS", "uuid=0a81f5b2-8403-7b23-c8d6-21ccc2f80d6f",
		"iommu=pt key=value", "serial=0123456789ab", "release=bookworm12x64",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *out = cleaned("/var/log/x.log", texts[i], strlen(texts[i]));

		if (out)
			fail_msg("hidden: %s", out);
	}
}

static void arguments_end_at_nul(void **state G_GNUC_UNUSED)
{
	static const char argv[] = "qemu\0-fw_cfg\0name=opt/x,string=a hunter2 \"b\0-name\0web";
	g_autoptr(GBytes) out = clean_answer("/proc/1/cmdline", argv, sizeof(argv), NULL);
	gsize n;
	const char *bytes = g_bytes_get_data(out, &n);

	assert_int_equal(n, sizeof("qemu\0-fw_cfg\0name=opt/x,string=[redacted]\0-name\0web"));
	assert_memory_equal(bytes, "qemu\0-fw_cfg\0name=opt/x,string=[redacted]\0-name\0web", n);
}

static void xml_changes_only_where_secrets_are(void **state G_GNUC_UNUSED)
{
	static const char xml[] =
		"<!-- passwd=\"\" > -->\n<domain type='kvm' xmlns:qemu='q'>\n  <name>a&amp;b</name>\n"
		"  <sysinfo type='smbios'>\n    <system><entry name='serial'>kept</entry></system>\n"
		"    <oemStrings><entry>hunter2</entry></oemStrings>\n  </sysinfo>\n"
		"  <sysinfo type='fwcfg'><entry name='opt/x'>hunter2 &lt; x</entry></sysinfo>\n"
		"  <os><cmdline>root=/dev/vda password=hunter2 quiet</cmdline></os>\n"
		"  <graphics type='vnc' passwd='hunter2' passwdValidTo='2030'/>\n"
		"  <graphics type='spice' passwd = \"hunter2'\"/>\n"
		"  <source protocol='https' name='x'><cookies><cookie name='c'>hunter2</cookie></cookies></source>\n"
		"  <source file='http://u:hunter2@h/x'/>\n"
		"  <qemu:commandline><qemu:arg value='-fw_cfg'/><qemu:arg value='name=opt/x,string=hunter2'/>\n"
		"  <qemu:env name='API_KEY' value='hunter2'/><qemu:env name='DISPLAY' value=':0'/></qemu:commandline>\n"
		"  <launchSecurity type='sev'><session>hunter2</session></launchSecurity>\n"
		"  <metadata><a:b xmlns:a='a' token='hunter2'/></metadata>\n</domain>\n";
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autoptr(GBytes) out = clean_answer("/etc/libvirt/qemu/a.xml", xml, strlen(xml), known);
	gsize n;
	g_autofree char *text = g_strndup(g_bytes_get_data(out, &n), g_bytes_get_size(out));
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1), was = g_strsplit(xml, "\n", -1);

	assert_null(strstr(text, "hunter2"));
	assert_int_equal(g_strv_length(lines), g_strv_length(was));
	for (size_t i = 0; was[i]; i++)
		if (!strstr(was[i], "hunter2"))
			assert_string_equal(lines[i], was[i]);
	assert_non_null(strstr(text, "root=/dev/vda password=[redacted] quiet"));
	assert_non_null(strstr(text, "value=':0'"));
	assert_true(g_hash_table_contains(known, "hunter2 < x"));
	assert_true(g_hash_table_contains(known, "hunter2"));
}

static void broken_xml_is_cleaned_as_text(void **state G_GNUC_UNUSED)
{
	assert_hidden("/etc/libvirt/qemu/a.xml", "<domain><graphics passwd='hunter2' <<< ");
	assert_hidden("/etc/libvirt/qemu/a.xml", "<a b=<graphics passwd='hunter2");
}

static void a_header_keeps_its_size(void **state G_GNUC_UNUSED)
{
	static const char head[] = "QFI\xfb\0\0\0\3json:{\"password\":\"hunter2\"}";
	g_autoptr(GBytes) out = clean_binary(head, sizeof(head), NULL);

	assert_int_equal(g_bytes_get_size(out), sizeof(head));
	assert_memory_equal(g_bytes_get_data(out, NULL), "QFI\xfb\0\0\0\3json:{\"password\":\"xxxxxxx\"}",
			    sizeof(head));
}

static void other_programs_and_peers_are_left_out(void **state G_GNUC_UNUSED)
{
	static const char sockets[] = "Num RefCount Protocol Flags Type St Inode Path\n"
				      "0: 2 0 10000 1 1 12 /run/libvirt/libvirt-sock\n"
				      "0: 3 0 0 1 3 13\n0: 2 0 0 1 1 14 /run/user/1000/bus\n";
	static const char tcp[] = "  sl  local_address rem_address   st\n"
				  "   0: 0100007F:0035 00000000:0000 0A 00\n"
				  "   1: 0100000A:0016 0B00000A:D431 01 00\n";
	g_autofree char *unix_ = cleaned("/proc/net/unix", sockets, strlen(sockets));
	g_autofree char *peers = cleaned("/proc/net/tcp", tcp, strlen(tcp));

	assert_string_equal(unix_, "Num RefCount Protocol Flags Type St Inode Path\n"
				   "0: 2 0 10000 1 1 12 /run/libvirt/libvirt-sock\n");
	assert_string_equal(peers, "  sl  local_address rem_address   st\n"
				   "   0: 0100007F:0035 00000000:0000 0A 00\n"
				   "   1: 0100000A:0016 00000000:D431 01 00\n");
}

/* What no word gives away, but nobody makes such a word. */
static void known_values_are_hidden_wherever_they_stand(void **state G_GNUC_UNUSED)
{
	g_autoptr(GHashTable) hidden = g_hash_table_new(g_str_hash, g_str_equal);
	static const char text[] = "Tr0ub4dor Tr0ub4dor&3, severity: pc-q35-3.1 Tr0ub";
	g_autoptr(GBytes) content = g_bytes_new_static(text, strlen(text));

	g_hash_table_add(hidden, (char *)"Tr0ub4dor");
	g_hash_table_add(hidden, (char *)"Tr0ub4dor&3");
	g_hash_table_add(hidden, (char *)"severity");	/* letters alone */
	g_hash_table_add(hidden, (char *)"pc-q35-3.1"); /* public */
	auto_free(known_values) struct known_values *k = known_values_new(hidden, "<machine>pc-q35-3.1</machine>");
	g_autoptr(GBytes) cleaned = known_values_hide(k, content);
	g_autoptr(GBytes) again = cleaned ? known_values_hide(k, cleaned) : NULL;
	gsize size;
	const char *out = g_bytes_get_data(cleaned, &size);

	assert_int_equal(size, strlen("[redacted] [redacted], severity: pc-q35-3.1 Tr0ub"));
	assert_memory_equal(out, "[redacted] [redacted], severity: pc-q35-3.1 Tr0ub", size);
	assert_null(again);
}

/* What the first look leaves may read anew like something with a secret in it. */
static void hiding_is_idempotent(void **state G_GNUC_UNUSED)
{
	static const char *const texts[] = {
		"password=a://u:b@c password=", "x://a:b://c:d@e", "-fw_cfg name=oqemu -fw_cfg pt/x,string=w_cfg name=opt/y,string=z",
		"secret,id=x,data=data=secret=key", "passwd='password=x'y", "token=AKIA1234567890abcdefgh=sig=?sig=x&pass: y",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *once = cleaned("/var/log/x.log", texts[i], strlen(texts[i]));
		g_autofree char *twice = once ? cleaned("/var/log/x.log", once, strlen(once)) : NULL;

		if (twice)
			fail_msg("%s\n%s\n%s", texts[i], once, twice);
	}
}

static void random_values_are_hidden(void **state G_GNUC_UNUSED)
{
	static const char random[] = "Zq22V7kPw9Lm3x";
	static const char *const texts[] = {
		"LICENSE=%s \\", "# sasl pw %s", "tsig-key %s", "-smbios 'type=1,serial=%s'", "rd.luks.key=%s", "ds=nocloud;s=http://h/?k=%s",
		"<domain><title>login bob/%s</title></domain>", "<domain><description>bob: %s, ask him</description></domain>",
		"<domain><sysinfo type='smbios'><system><entry name='serial'>%s</entry></system></sysinfo></domain>",
		"<network><dns><txt name='k' value='%s'/></dns></network>", "<domain><metadata><n:x xmlns:n='n'><n:pw>%s</n:pw></n:x></metadata></domain>",
	};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_auto(GStrv) parts = g_strsplit(texts[i], "%s", 2);
		g_autofree char *text = g_strjoinv(random, parts);
		g_autofree char *out = cleaned(*text == '<' ? "/etc/libvirt/qemu/a.xml" : "/var/log/x.log", text, strlen(text));

		if (!out || strstr(out, random))
			fail_msg("not hidden: %s", text);
	}
}

/* The least of three, in CPU time: what else runs here makes it no longer. */
static double cost_of(const char *unit, size_t size)
{
	g_autofree char *text = g_malloc(size);
	double best = 0;

	for (size_t n = 0; n < size; n++)
		text[n] = unit[n % strlen(unit)];
	for (int i = 0; i < 3; i++) {
		clock_t begin = clock();
		g_autoptr(GBytes) a = clean_text(text, size, NULL), b = clean_xml(text, size, NULL);
		double cost = (double)(clock() - begin) / CLOCKS_PER_SEC;

		best = i == 0 ? cost : MIN(best, cost);
	}
	return best;
}

/* Text that tries every word at every byte takes twice as long when it is twice as much. */
static void hostile_text_takes_linear_time(void **state G_GNUC_UNUSED)
{
	static const char *const units[] = { "iscsi:", "://", "password='[redacted]", "-----BEGIN ", "aq", "$6$", "secret=",
					     "name=opt/string=[redacted]", "proctitle=", "<a ", "passwd='", "Cookie: ", "data=",
					     "credential:", "=", "=a", "key=", "pw=", "pw ", "passw", "--passw", "sig=", "?sig=[redacted]",
					     "eyj.", "set_password [redacted] ", "<title>a", "<metadata><a b='" };
	const size_t size = 1 << 17;

	for (size_t i = 0; i < G_N_ELEMENTS(units); i++) {
		double once = cost_of(units[i], size), twice = cost_of(units[i], size * 2);

		for (int tries = 0; tries < 6 && twice > 0.03 && twice > 2.6 * once; tries++) {
			once = MIN(once, cost_of(units[i], size));
			twice = MIN(twice, cost_of(units[i], size * 2));
		}
		if (twice > 0.03 && twice > 2.6 * once)
			fail_msg("'%s': %.0f ms, twice as much %.0f ms", units[i], once * 1000, twice * 1000);
	}
}

static void ask(struct source *src, const struct query *q, struct answer *ret)
{
	static const char text[] = "password=hunter2\n";

	if (q->verb == SOURCE_LIST)
		ret->error = -EACCES;
	else
		ret->data = g_bytes_new_static(text, strlen(text));
	(void)src;
}

static void free_nothing(struct source *src G_GNUC_UNUSED)
{
}

static void the_layer_hides_and_remembers(void **state G_GNUC_UNUSED)
{
	static const struct source_ops ops = { ask, free_nothing };
	struct source below = { &ops };
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct source *src = source_clean_new(&below, known);
	g_autofree char *text = NULL;
	GStrv names = NULL;

	assert_int_equal(source_read(src, "/etc/libvirt/qemu.conf", &text, NULL), 0);
	assert_string_equal(text, "password=[redacted]\n");
	assert_int_equal(source_list(src, "/etc", &names), -EACCES);
	assert_true(g_hash_table_contains(known, "hunter2"));
	source_free(src);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_behind_telling_words_are_hidden),
		cmocka_unit_test(what_only_looks_like_it_stays),
		cmocka_unit_test(arguments_end_at_nul),
		cmocka_unit_test(xml_changes_only_where_secrets_are),
		cmocka_unit_test(broken_xml_is_cleaned_as_text),
		cmocka_unit_test(a_header_keeps_its_size),
		cmocka_unit_test(other_programs_and_peers_are_left_out),
		cmocka_unit_test(known_values_are_hidden_wherever_they_stand),
		cmocka_unit_test(hiding_is_idempotent),
		cmocka_unit_test(random_values_are_hidden),
		cmocka_unit_test(hostile_text_takes_linear_time),
		cmocka_unit_test(the_layer_hides_and_remembers),
	};

	return cmocka_run_group_tests_name("clean", tests, NULL, NULL);
}
