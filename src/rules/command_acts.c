// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * command_acts - which commands change something
 *
 * A rule must say of each (<fix does='act'>), so that nobody pastes one to have a look. Where a
 * program does both, its words tell.
 */
#include "rules/command.h"

#include <string.h>

/* Programs that change something whatever their words, but those of "but". */
static const struct {
	const char *program, *but;
} always[] = {
	{ "aa-complain", NULL }, { "aa-disable", NULL }, { "aa-enforce", NULL }, { "apparmor_parser", NULL },
	{ "apt", "list|show|policy|search" }, { "apt-get", NULL }, { "chattr", NULL }, { "chcon", NULL }, { "chmod", NULL },
	{ "chown", NULL }, { "cp", NULL }, { "dnf", "list|info|repoquery|provides" }, { "ln", NULL }, { "migratepages", NULL },
	{ "mkdir", NULL }, { "modprobe", "-n|-c|--show-depends" }, { "mount", NULL }, { "mv", NULL }, { "restorecon", "-n" },
	{ "rm", NULL }, { "rmmod", NULL }, { "saslpasswd2", NULL }, { "semanage", "-l|--list" }, { "semodule", "-l" },
	{ "setenforce", NULL }, { "setfacl", NULL }, { "setsebool", NULL }, { "ssh-copy-id", NULL }, { "swapoff", NULL },
	{ "truncate", NULL }, { "umount", NULL }, { "update-grub", NULL }, { "update-initramfs", NULL }, { "usermod", NULL },
	{ "virt-clone", "--print-xml" }, { "osinfo-db-import", NULL }, { "systemd-tmpfiles", NULL }, { "kill", NULL },
	{ "install", NULL }, { "logrotate", "-d" }, { "swtpm_setup", NULL }, { "ldconfig", "-p" }, { "fstrim", NULL },
};

/* Programs that change something if one of their words is there; "x*" is one that begins so. */
static const struct {
	const char *program, *words;
} sometimes[] = {
	{ "auditctl", "-w|-a|-D|-d|-e" }, { "bridge", "add|append|del|delete|replace|set" }, { "conntrack", "-D|-F" },
	{ "cpupower", "frequency-set|idle-set" },
	{ "ethtool", "-A|-C|-G|-K|-L|-N|-X|-s|--set*|--offload" }, { "find", "-delete" },
	{ "firewall-cmd", "--add-*|--change-*|--complete-reload|--reload|--remove-*|--set-*" },
	{ "fuser", "-k" }, { "grubby", "--update-kernel*|--set-default*|--args*|--remove-args*" },
	{ "hostnamectl", "hostname|set-hostname" },
	{ "ip", "add|append|change|del|delete|flush|replace|set" }, { "ip6tables", "-A|-D|-F|-I|-P|-R|-X" },
	{ "iptables", "-A|-D|-F|-I|-P|-R|-X" }, { "loginctl", "enable-linger|kill-session|terminate-*" },
	{ "mdevctl", "define|modify|start|stop|undefine" }, { "nft", "add|create|delete|destroy|flush|insert" },
	{ "nmcli", "add|delete|down|modify|up" }, { "ovs-vsctl", "add-*|del-*|set" },
	{ "qemu-img", "amend|commit|convert|create|rebase|resize|-r" }, { "sed", "-i*|--in-place*" }, { "swapon", "-a" },
	{ "ssh-keygen", "-R|-t|-A" },
	{ "sysctl", "-p|-w|--load*|--system|--write" }, { "tee", "/*|-a" },
	{ "systemctl", "daemon-reload|disable|edit|enable|isolate|kill|mask|reload|reload-or-restart|reset-failed|restart|set-property|start|stop|"
		       "try-restart|unmask" },
	{ "timedatectl", "set-*" }, { "udevadm", "control|trigger" }, { "ufw", "allow|delete|deny|disable|enable|route" },
	{ "virt-admin", "client-disconnect|daemon-log-filters|daemon-log-outputs|daemon-timeout|server-clients-set|server-threadpool-set|"
			"server-update-tls" },
	{ "virt-install", "--name" }, { "virt-xml", "--edit|--add-device|--remove-device" },
	{ "virsh", "allocpages|attach-*|autostart|blkdeviotune|blockcommit|blockcopy|blockpull|change-media|checkpoint-create*|"
		   "checkpoint-delete|create|define|destroy|detach-*|domfsfreeze|domfsthaw|domfstrim|domif-setlink|"
		   "dompmsuspend|dompmwakeup|domrename|edit|iface-bridge|iface-define|iface-destroy|iface-start|iface-undefine|"
		   "inject-nmi|managedsave|managedsave-define|managedsave-edit|managedsave-remove|migrate|net-autostart|net-create|"
		   "net-define|net-destroy|net-edit|net-start|net-undefine|net-update|nodedev-autostart|nodedev-create|nodedev-define|"
		   "nodedev-destroy|nodedev-detach|nodedev-reattach|nodedev-reset|nodedev-start|nodedev-undefine|nwfilter-define|"
		   "nwfilter-edit|nwfilter-undefine|pool-autostart|pool-build|pool-create*|pool-define*|pool-delete|pool-destroy|"
		   "pool-edit|pool-refresh|pool-start|pool-undefine|reboot|reset|restore|resume|save|save-image-define|"
		   "save-image-edit|secret-define|secret-set-value|secret-undefine|send-key|send-process-signal|"
		   "set-lifecycle-action|set-user-password|setmaxmem|setmem|setvcpu|setvcpus|shutdown|snapshot-create*|snapshot-delete|"
		   "snapshot-edit|snapshot-revert|start|suspend|undefine|update-device|vol-clone|vol-create*|vol-delete|vol-resize|"
		   "vol-upload|vol-wipe" },
};

/* Is @word one of "a|b*"? */
static bool is_one_of(const char *word, const char *list)
{
	for (const char *p = list; p && *p;) {
		size_t n = strcspn(p, "|");
		bool begins = n > 0 && p[n - 1] == '*';

		if (begins ? strncmp(word, p, n - 1) == 0 : strlen(word) == n && strncmp(word, p, n) == 0)
			return true;
		p += n + (p[n] == '|');
	}
	return false;
}

static bool has_one_of(const GPtrArray *words, const char *list)
{
	for (guint i = 1; i < words->len; i++)
		if (is_one_of(words->pdata[i], list))
			return true;
	return false;
}

/* Where it is the value of a word, or two words, that tells. */
static bool is_acting_word(const GPtrArray *words, const char *program)
{
	if (strcmp(program, "sysctl") == 0)
		for (guint i = 1; i < words->len; i++)
			if (strchr(words->pdata[i], '='))
				return true;
	if (strcmp(program, "dd") == 0)
		return has_one_of(words, "of=*") && !has_one_of(words, "of=/dev/null");
	if (strcmp(program, "virsh") == 0 && has_one_of(words, "domtime|schedinfo"))
		return has_one_of(words, "--now|--sync|--time*|--set*");
	return false;
}

/* Into a file, which is not /dev/null. */
static bool writes_file(const GPtrArray *words)
{
	for (guint i = 0; i < words->len; i++) {
		const char *word = words->pdata[i];
		const char *to = strchr("'\"", *word) ? NULL : strchr(word, '>');
		const char *file;

		if (!to)
			continue;
		file = to + strspn(to, ">&");
		if (!*file && i + 1 < words->len)
			file = words->pdata[i + 1];
		if (to[1] != '&' && strcmp(file, "/dev/null") != 0)
			return true;
	}
	return false;
}

bool command_words_act(const GPtrArray *words)
{
	g_autofree char *program = words->len > 0 ? g_path_get_basename(words->pdata[0]) : NULL;

	if (!program)
		return false;
	if (writes_file(words) || is_acting_word(words, program))
		return true;
	for (size_t i = 0; i < G_N_ELEMENTS(always); i++)
		if (strcmp(program, always[i].program) == 0)
			return !has_one_of(words, always[i].but);
	for (size_t i = 0; i < G_N_ELEMENTS(sometimes); i++)
		if (strcmp(program, sometimes[i].program) == 0 && has_one_of(words, sometimes[i].words))
			return !has_one_of(words, "--print-diff|--print-xml");
	return false;
}
