// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * paste_line - lines as a terminal showed them; prompts.
 */
#include "archives/paste/paste_private.h"

#include <string.h>

#define COMMANDS \
	"(?:virsh|virt-host-validate|virt-xml|ip|bridge|brctl|iptables|ip6tables|iptables-save|ip6tables-save|nft|" \
	"firewall-cmd|ufw|sysctl|cat|lsmod|lspci|lsusb|lscpu|ls|getfacl|namei|getenforce|sestatus|aa-status|apparmor_status|" \
	"ausearch|qemu-img|df|mount|findmnt|free|top|ps|iostat|vmstat|ulimit|prlimit|systemctl|journalctl|dmesg|rpm|dpkg|" \
	"dpkg-query|apt|dnf|yum|tcpdump|grep|egrep|head|tail|uname|hostnamectl|lsb_release|ifconfig|route|arp|ethtool|" \
	"networkctl|nmcli|ping|ss|netstat|id|stat|lsblk|blkid|lvs|vgs|pvs|zfs|zpool|mdadm|lsof|fuser|numactl|numastat|" \
	"modprobe|modinfo|qemu-system-\\S+|qemu-kvm|kvm|kvm-ok|virt-install|virt-manager|virtqemud|libvirtd|uptime|date|" \
	"timedatectl|find|echo|getent|lsns|semanage|restorecon|chcon|getsebool|zcat|sed|awk)(?=\\s|$|;)"
#define BEFORE "(?:sudo(?: +-\\S+(?: +\\w+(?= ))?)*? +|doas +|LC_ALL=\\S+ +|LANG=\\S+ +|/(?:usr/)?(?:local/)?s?bin/)*"

/* Of which a line's begin is worth looking at: longer ones are no listing. */
#define LOOK_BYTES 4096

/* "&lt;domain&gt;" of a page that was copied as its source */
static char *unescape(const char *line)
{
	static const char *const names[][2] = { { "&lt;", "<" }, { "&gt;", ">" }, { "&quot;", "\"" },
						{ "&#39;", "'" }, { "&apos;", "'" }, { "&nbsp;", " " }, { "&amp;", "&" } };
	g_autoptr(GString) out = g_string_new(NULL);

	while (*line) {
		size_t i = 0;

		while (i < G_N_ELEMENTS(names) && !g_str_has_prefix(line, names[i][0]))
			i++;
		g_string_append_c(out, i < G_N_ELEMENTS(names) ? *names[i][1] : *line);
		line += i < G_N_ELEMENTS(names) ? strlen(names[i][0]) : 1;
	}
	return g_string_free(g_steal_pointer(&out), FALSE);
}

/* "> > text": how often it was quoted; a prompt of one '>' has a command behind it. */
static const char *unquoted(const char *line)
{
	while (*line == '>' && (line[1] == ' ' || line[1] == '>' || line[1] == '\0' || line[1] == '\t'))
		line += line[1] == ' ' ? 2 : 1;
	return line;
}

static char *clean_line(const char *begin, size_t size)
{
	g_autofree char *copy = g_strndup(begin, size), *valid = NULL;
	char *end = copy + strlen(copy);

	while (end > copy && (end[-1] == '\r' || end[-1] == ' ' || end[-1] == '\t'))
		*--end = '\0';
	valid = g_utf8_make_valid(unquoted(copy), -1);
	/* A no-break space is what forums and mail programs make of a blank. */
	for (char *at = strstr(valid, "\302\240"); at; at = strstr(at, "\302\240")) {
		at[0] = ' ';
		memmove(at + 1, at + 2, strlen(at + 2) + 1);
	}
	return strstr(valid, "&lt;") ? unescape(valid) : g_steal_pointer(&valid);
}

/* Lines that count up by one, "12: text" or "12  text", were numbered by a pager or an editor. A few
 * of `ip` do that, too: there a '<' follows. */
static bool number_of(const char *line, unsigned int *ret, const char **ret_rest)
{
	char *end;
	const char *digits = line + strspn(line, " ");
	guint64 n = g_ascii_strtoull(digits, &end, 10);

	if (end == digits || n == 0 || n > 1000000 || !g_ascii_isdigit(*digits))
		return false;
	end += *end == ':' || *end == '|' || *end == '.' || *end == ')';
	if (*end && *end != ' ' && *end != '\t')
		return false;
	*ret = (unsigned int)n;
	*ret_rest = *end ? end + 1 : end;
	return true;
}

enum { NUMBERED_MIN = 5 };

static void unnumber(GPtrArray *lines, guint first, guint end)
{
	for (guint i = first; i < end; i++) {
		unsigned int n;
		const char *rest;

		if (number_of(lines->pdata[i], &n, &rest)) {
			char *plain = g_strdup(rest);

			g_free(lines->pdata[i]);
			lines->pdata[i] = plain;
		}
	}
}

static void unnumber_runs(GPtrArray *lines)
{
	guint first = 0;
	unsigned int last = 0, n;
	bool is_ip = false;
	const char *rest;

	for (guint i = 0; i <= lines->len; i++) {
		bool numbered = i < lines->len && number_of(lines->pdata[i], &n, &rest);

		if (numbered && i > first && n == last + 1) {
			last = n;
			is_ip |= strstr(rest, ": <") != NULL || strstr(rest, " inet") != NULL;
			continue;
		}
		if (i >= first + NUMBERED_MIN && !is_ip && last > 0)
			unnumber(lines, first, i);
		first = i;
		last = numbered ? n : 0;
		is_ip = numbered && (strstr(rest, ": <") || strstr(rest, " inet"));
	}
}

GPtrArray *paste_lines(const char *text, size_t size)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(g_free);
	const char *end = text + size;

	for (const char *p = text, *next; p < end; p = next) {
		const char *stop = memchr(p, '\n', (size_t)(end - p));

		next = stop ? stop + 1 : end;
		stop = stop ? stop : end;
		g_ptr_array_add(lines, clean_line(p, (size_t)(stop - p)));
	}
	unnumber_runs(lines);
	return lines;
}

/* Prompts */

/* "virsh -c qemu:///system --readonly list --all" is `virsh list --all`. */
static char *plain_command(struct paste *p, const char *command)
{
	g_autofree char *bare = g_strstrip(g_strdup(command));
	g_auto(GStrv) f = paste_match(p, "^" BEFORE "(.*)$", bare);
	const char *at = f && f[1] ? f[1] : bare;
	g_auto(GStrv) v = paste_match(p, "^virsh(?: +(?:-c|--connect)[ =]+\\S+| +-[a-bd-z]+| +--(?:readonly|quiet|no-pkttyagent))+ +(.*)$", at);

	return v ? g_strconcat("virsh ", v[1], NULL) : g_strdup(at);
}

char *paste_prompt(struct paste *p, const char *line)
{
	static const char *const shapes[] = {
		/* user@host:~/dir$ cmd; [root@host ~]# cmd; (venv) user@host:~$ cmd; root@host:/# cmd */
		"^ *(?:\\([\\w.-]+\\) *)?\\[?[A-Za-z_][\\w.-]*@[\\w.-]+[^$#%<>]{0,80}[$#%] *(\\S.*)$",
		"^ *(virsh) # *(\\S.*)$",
		"^ *(?:[#$%]|>>>|❯|➜(?: +\\S+)?|~[$#]) *(" BEFORE COMMANDS ".*)$",
		"^ *> +(" BEFORE COMMANDS ".*)$",
	};

	if (strlen(line) > LOOK_BYTES || !strpbrk(line, "$#%>\342"))
		return NULL;
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_auto(GStrv) f = paste_match(p, shapes[i], line);
		g_autofree char *joined = f && i == 1 ? g_strjoin(" ", f[1], f[2], NULL) : NULL;

		if (f)
			return plain_command(p, joined ? joined : f[1]);
	}
	return NULL;
}

char *paste_heading(struct paste *p, const char *line)
{
	g_auto(GStrv) f = NULL;

	if (strlen(line) > 200)
		return NULL;
	f = paste_match(p, "^[ *_#=-]*(?:(?:the )?(?:output|result) (?:of|from)|command|cmd|ausgabe von|here is|with|running)?[: ]*[`'\"*]*(?:[#$] )?"
			"(" BEFORE COMMANDS "[^`'\":*]*(?:\"[^\"]*\"|:///?[^`'\":*]*)*)[`'\"*]*[ :=*-]*$", line);
	return f ? plain_command(p, f[1]) : NULL;
}

bool paste_is_fence(const char *line)
{
	line += strspn(line, " ");
	return g_str_has_prefix(line, "```") || g_str_has_prefix(line, "~~~") || g_ascii_strncasecmp(line, "[code", 5) == 0 ||
	       g_ascii_strncasecmp(line, "[/code", 6) == 0 || g_ascii_strncasecmp(line, "</code>", 7) == 0 ||
	       g_ascii_strncasecmp(line, "<pre>", 5) == 0 || g_ascii_strncasecmp(line, "</pre>", 6) == 0 ||
	       g_ascii_strncasecmp(line, "<code>", 6) == 0;
}

bool paste_is_elision(struct paste *p, const char *line)
{
	line += strspn(line, " \t");
	return paste_is(p, "(?i)^[\\[(<{#]*\\s*(\\.\\.\\.|…|-*snip|cut\\b|etc\\b|and so on|truncated|shortened|omitted|removed)", line);
}
