// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * envelope - see envelope.h.
 *
 * Sources: libvirt src/util/virerror.c (texts of codes), virlog.c (lines), vircommand.c (children), qemu/
 * qemu_process.c, qemu_monitor_json.c; QEMU util/error-report.c (error_print_loc); python-libvirt and Go
 * bindings (how they print an error); klog, oslo.log, logfmt, rsyslog formats.
 */
#include "formats/envelope.h"

#include <errno.h>
#include <string.h>

#include "base/errname.h"

#define LAYERS_MAX 24
#define ERRNO_MAX 133
#define MATCH_LIMIT "(*LIMIT_MATCH=100000)"

const char *const envelope_field_names[ENVELOPE_FIELD_MAX_] = {
	[ENVELOPE_PROGRAM] = "program",	  [ENVELOPE_CODE] = "code",	    [ENVELOPE_FUNCTION] = "function",
	[ENVELOPE_OPTION] = "option",	  [ENVELOPE_ARGUMENT] = "argument", [ENVELOPE_COMMAND] = "command",
	[ENVELOPE_CHILD] = "child",	  [ENVELOPE_STATUS] = "status",	    [ENVELOPE_DOMAIN] = "domain",
};
const char *const envelope_kind_names[NAMED_KIND_MAX_] = {
	[NAMED_PATH] = "path",	     [NAMED_PCI] = "pci",   [NAMED_MAC] = "mac", [NAMED_INTERFACE] = "interface",
	[NAMED_NETWORK] = "network", [NAMED_POOL] = "pool", [NAMED_PID] = "pid", [NAMED_UNIT] = "unit",
	[NAMED_DISK] = "disk",	     [NAMED_USB] = "usb",
};

/* What stands before a message, outermost first as far as order matters. "rest" is what it holds; the other
 * groups are fields. @program: who writes so, where the text does not say. */
static const struct shape {
	const char *pattern;
	const char *program;
	bool is_mark; /* a time, a level, a bullet: it carries nothing by itself */
} shapes[] = {
	/* times and levels */
	{ "^\\W*\\d{4}-\\d\\d-\\d\\d[T ]\\d\\d:\\d\\d:\\d\\d([.,]\\d+)? ?(Z|UTC|[+-]\\d\\d:?\\d\\d)?\\]?[: ]*(?<rest>.+)$", NULL, true },
	{ "^[A-Z][a-z]{2} +\\d{1,2} \\d\\d:\\d\\d:\\d\\d(\\.\\d+)? [\\w.-]+ (?<rest>.+)$", NULL, true },
	{ "^(\\w{3}, )?\\d{1,2}[ /]\\w{2,3}[ /]\\d{4} \\d\\d:\\d\\d:\\d\\d[^ ]* (?<rest>.+)$", NULL, true },
	{ "^(kernel: )?\\[ *\\+? *\\d+\\.\\d+\\] (?<rest>.+)$", "kernel", true },
	{ "^kernel(\\[\\d*\\])?: (?<rest>.+)$", "kernel", true },
	{ "^\\d+: (debug|info|warning|error) : ((?<function>\\w+):\\d+ : )?(?<rest>.+)$", "libvirt", true },
	{ "^(?<program>[a-z][\\w.-]*)\\[\\d+\\]: (?<rest>.+)$", NULL, true },
	{ "^[IWEF]\\d{4} [\\d:.]+ +\\d+ [\\w.-]+:\\d+\\] (?<rest>.+)$", NULL, true },
	{ "^\\d+ (ERROR|WARNING|INFO|TRACE|CRITICAL) [\\w.]+ (\\[[^\\]]*\\] ?)*(?<rest>.+)$", NULL, true },
	{ "^.*?\\b(vir|[lL]ibvirt)Error\\(Code=\\d+, Domain=\\d+, Message='(?<rest>.+?)'\\).*$", "libvirt", false },
	{ "^.*\\b(msg|err|error|message)='(?<rest>([^'\\\\]|\\\\.|'(?=\\w))+)'.*$", NULL, true },
	{ "^.*'(msg|err|error|message|reason|stderr)': ?'(?<rest>.+?)'( ?[,}].*)?$", NULL, true },
	{ "^\\[?(ERROR|WARN(ING)?|CRITICAL|FATAL|E|error|warning|fatal|critical)\\]?(: | - |  +|\\| )(?<rest>\\S.+)$", NULL, true },
	{ "^(Error|Fehler|Err): (?<rest>\\S.+)$", NULL, true },
	{ "^[-*=>#]+ ?(\\S{1,40}: )?(?<rest>\\S.+)$", NULL, true },
	{ "^Details?: (?<rest>.+)$", NULL, true },
	/* bindings and front ends */
	{ "^(?:[\\w.]+\\.)?(lib)?virt(\\w*)?Error: (?<rest>.+)$", "libvirt", false },
	{ "^(?:[\\w.$]+\\.)?\\w*(Exception|Error): (?<rest>.+)$", NULL, false },
	{ "^libvirt: ?([\\w -]+ )?error ?: (?<rest>.+)$", "libvirt", false },
	{ "^Call to vir\\w+ failed: (?<rest>.+)$", "libvirt", false },
	{ "^rpc error: code = \\w+ desc = '?(?<rest>.+)$", NULL, false },
	{ "^server error\\. command \\w+ failed: '?(?<rest>.+)$", NULL, false },
	{ "^(Error|Failed|Unable|Could not|Cannot) ?(starting|creating|defining|saving|connecting|adding|removing|changing|"
	  "launching|deleting|refreshing|attaching|detaching|while|to complete|to connect to libvirt|to start (domain|network|pool)|"
	  "to (create|define|destroy|undefine|attach|detach|update|migrate|save|restore|refresh) (the )?(domain|device|disk|interface|network|"
	  "(storage )?pool|volume|snapshot))[^:]{0,120}: '?(?<rest>.+)$", NULL, false },
	{ "^(failed to (create|start|define) \\w+|error (creating|defining|starting)( libvirt)? \\w+|[\\w.-]+_(domain|network|volume|pool)\\.[\\w.-]+)[^:]{0,80}: (?<rest>.+)$", NULL, false },
	/* libvirt around others */
	{ "^(process exited while connecting to monitor|process exited prior to exec|process exited while reading console log output|"
	  "qemu unexpectedly closed the monitor( \\(vm='(?<domain>[^']+)'\\))?|early end of file from monitor[^:]*|end of file from qemu monitor|"
	  "cannot create QEMU process|Failed to start QEMU binary \\S+ for probing)( ?\\([^)]*\\))?: (?<rest>.+)$", "libvirt", false },
	{ "^Child process \\((?<child>(?:[A-Z_]+=\\S* )*\\S+)[^)]*\\) unexpected (exit status|fatal signal) (?<status>\\d+)(: (?<rest>.+))?$", "libvirt", false },
	{ "^unable to execute QEMU agent command '(?<command>[^']+)': (?<rest>.+)$", "qemu-ga", false },
	{ "^unable to execute QEMU command '(?<command>[^']+)': (?<rest>.+)$", "qemu", false },
	{ "^(End of file while reading data|Cannot (recv|write) data): (?<rest>.+?)(: (Input/output error|Connection reset by peer|Broken pipe))?$", "ssh", false },
	{ "^Hook script (execution failed: )?(?<child>\\S+).{0,80}(failed|error)[^:]*: (?<rest>.+)$", "hook", false },
	{ "^(?<code>internal error|operation failed|unsupported configuration|invalid argument|XML error|Requested operation is not valid|"
	  "argument unsupported|operation forbidden|operation aborted|authentication (failed|unavailable|cancelled)|library call failed|"
	  "out of memory|unsafe migration|numerical overflow|resource busy|access denied|error from service|metadata not found|"
	  "block copy still active|SSH transport error|libssh transport error|this function is not supported by the connection driver|"
	  "missing kernel information|configuration file syntax error|Timed out during operation|cannot acquire state change lock|"
	  "Guest agent is not responding|the CPU is incompatible with host CPU|revert requires force|checkpoint inconsistent|"
	  "(Domain|Network|Storage pool|Storage volume|Node device|Interface|Network filter|Secret|Domain (snapshot|checkpoint)|Client|Server|Network port) not found|"
	  "Invalid (network filter|secret|domain snapshot|domain checkpoint)|Storage pool (probe failed|already built)|"
	  "Error while building firewall|Failed to start the nwfilter driver|XML document failed to validate against schema|"
	  "multiple matching (interfaces|domains) found|Operation not supported|Hook script execution failed|tainted|deprecated configuration): (?<rest>.+)$",
	  "libvirt", false },
	/* whatever front end stands before libvirt's or QEMU's own beginning */
	{ "^.{2,300}?(: |\\. |\\(|'|, |error )(?<rest>(internal error|operation failed|unsupported configuration|XML error|Requested operation is not valid|"
	  "argument unsupported|invalid argument|library call failed|error from service|unable to execute QEMU (agent )?command '|"
	  "process exited while connecting to monitor|qemu unexpectedly closed the monitor|Child process \\(|End of file while reading data|Cannot recv data|"
	  "virError\\(Code=|libvirtError: |(Domain|Network|Storage pool|Storage volume) not found: |qemu-(system-\\w+|kvm|img): |libvirt: ).+)$", NULL, false },
	/* programs around their own */
	{ "^(?:/\\S*/)?(?<program>qemu[\\w-]*|kvm|virtiofsd|swtpm\\w*|dnsmasq(-\\w+)?|passt|slirp4netns|virt-\\w+|virsh|virt\\w+d|libvirtd|ssh|nc|ncat|iptables|nft|ip6?tables|modprobe|"
	  "systemd(-\\w+)?|sudo|mount(\\.\\w+)?|iscsiadm|lvcreate|vgcreate|pvcreate|mkfs(\\.\\w+)?): (?<option>-[a-z][\\w-]*) (?<argument>\\{.*?\\}|\\S+?): (?<rest>.+)$", NULL, false },
	{ "^(?:/\\S*/)?(?<program>qemu[\\w-]*|kvm|virtiofsd|swtpm\\w*|dnsmasq(-\\w+)?|passt|slirp4netns|virt-\\w+|virsh|virt\\w+d|libvirtd|ssh|nc|ncat|iptables|nft|ip6?tables|modprobe|"
	  "systemd(-\\w+)?|sudo|mount(\\.\\w+)?|iscsiadm|lvcreate|vgcreate|pvcreate|mkfs(\\.\\w+)?|sh|bash): (?<rest>.+)$", NULL, false },
};

/* The value is the group "v". */
static const struct {
	enum envelope_kind kind;
	const char *pattern;
} things[] = {
	{ NAMED_PATH, "'(?<v>/[^'\\n]{1,200})'|(?<![\\w.:/])(?<v>/(?:[\\w.+@%~-]+/)*[\\w.+@%~-]*[\\w+@%~-])" },
	{ NAMED_PCI, "\\b(?<v>(?:[0-9a-f]{4}:)?[0-9a-f]{2}:[0-9a-f]{2}\\.[0-7])\\b" },
	{ NAMED_MAC, "\\b(?<v>(?:[0-9a-f]{2}:){5}[0-9a-f]{2})\\b" },
	{ NAMED_INTERFACE, "\\b(?:bridge|interface|dev|tap|nic|port|on|br)[ =]'?(?<v>(?:vir)?br[\\w.-]{1,12}|vnet\\d+|macvtap\\d+|en[ospx]\\w{1,12}|eth\\d+|wl\\w{1,12}|bond\\d+|tap\\w{0,12}|ovs\\w{0,12}|vmbr\\d+)\\b" },
	{ NAMED_NETWORK, "\\bnetwork '(?<v>[^']{1,100})'" },
	{ NAMED_POOL, "\\bpool '(?<v>[^']{1,100})'" },
	{ NAMED_PID, "\\b(?:pid|process)[ =](?<v>\\d{2,8})\\b(?! of\\b)" },
	{ NAMED_UNIT, "(?<v>[\\w@\\\\.-]{1,100}\\.(?:service|socket|scope|slice|mount))\\b" },
	{ NAMED_DISK, "\\b(?:disk|drive|target) '?(?<v>[vshx]d[a-z]{1,2})\\b" },
	{ NAMED_USB, "\\b(?<v>[0-9a-f]{4}:[0-9a-f]{4})\\b(?![:.])" },
};

static const char failure_pattern[] =
	"\\b(errors?|fail(ed|ure|s)?|fatal|cannot|can't|could ?n[o']t|unable|denied|refused|not (found|supported|permitted|available|allowed|"
	"running|active|enough|a|valid|ready|open|be)|no (such|space|free|route|bootable|matching|valid)|invalid|unsupported|unknown|unrecognized|missing|"
	"timed? ?out|killed|crash(ed)?|segfault|panic|oops|bug:|already|in use|busy|exceeded|too (long|large|many|small)|abort(ed)?|"
	"corrupt(ed|ion)?|mismatch|incompatible|unexpected(ly)?|lost|reset|unreachable|rejected|required?|requires|expected|does(n't| not)|is not|isn't|won't|must|"
	"out of|hung|stuck|blocked|freeze|frozen|hang|slow|lockup|forbidden|illegal|malformed|bad)\\b";

/* What programs write themselves instead of strerror(3). */
static const struct {
	const char *words, *error;
} worded[] = {
	{ "\\b(does(n'?t| not) exist|(file|files|device|directory|socket|program|binary) (is |are )?(missing|not found)|(settings|firmware|vars) file missing|no such (file|path)|not found at)\\b", "ENOENT" },
	{ "\\b(is not (readable|writable|writeable|executable|accessible)|not permitted|access denied|no permission|insufficient permissions?)\\b", "EACCES" },
	{ "\\b(disk full|not enough (disk )?space|out of (disk )?space|no space left)\\b", "ENOSPC" },
	{ "\\b(read-?only file ?system)\\b", "EROFS" },
	{ "\\b(is in use by|already in use|currently in use|is busy)\\b", "EBUSY" },
	{ "\\b(out of memory|not enough memory|insufficient memory)\\b", "ENOMEM" },
};

struct envelope_reader {
	GRegex *shapes[G_N_ELEMENTS(shapes)], *things[G_N_ELEMENTS(things)], *worded[G_N_ELEMENTS(worded)], *failure;
};

static GRegex *compile(const char *pattern)
{
	g_autofree char *limited = g_strconcat(MATCH_LIMIT, pattern, NULL);
	g_autoptr(GError) error = NULL;
	GRegex *regex = g_regex_new(limited, G_REGEX_CASELESS | G_REGEX_DUPNAMES | G_REGEX_NO_AUTO_CAPTURE, 0, &error);

	g_assert_no_error(error);
	return regex;
}

struct envelope_reader *envelope_reader_new(void)
{
	struct envelope_reader *r = g_new0(struct envelope_reader, 1);

	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
		r->shapes[i] = compile(shapes[i].pattern);
	for (size_t i = 0; i < G_N_ELEMENTS(things); i++)
		r->things[i] = compile(things[i].pattern);
	for (size_t i = 0; i < G_N_ELEMENTS(worded); i++)
		r->worded[i] = compile(worded[i].words);
	r->failure = compile(failure_pattern);
	return r;
}

void envelope_reader_free(struct envelope_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++)
		g_regex_unref(r->shapes[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(things); i++)
		g_regex_unref(r->things[i]);
	for (size_t i = 0; i < G_N_ELEMENTS(worded); i++)
		g_regex_unref(r->worded[i]);
	g_regex_unref(r->failure);
	g_free(r);
}

static void set_field(struct envelope *e, enum envelope_field field, const char *value)
{
	g_free(e->fields[field]);
	e->fields[field] = g_strdup(value);
}

/* Inner ones win: the program that wrote the innermost sentence. */
static void take_fields(struct envelope *e, const struct shape *shape, const GMatchInfo *m)
{
	if (shape->program)
		set_field(e, ENVELOPE_PROGRAM, shape->program);
	for (int i = 0; i < ENVELOPE_FIELD_MAX_; i++) {
		g_autofree char *value = g_match_info_fetch_named(m, envelope_field_names[i]);

		if (value && *value)
			set_field(e, (enum envelope_field)i, value);
	}
	/* "qemu-system-x86_64", "qemu-kvm" and "kvm" are QEMU. */
	if (e->fields[ENVELOPE_PROGRAM] && (g_str_has_prefix(e->fields[ENVELOPE_PROGRAM], "qemu-system") ||
					    g_str_equal(e->fields[ENVELOPE_PROGRAM], "qemu-kvm") ||
					    g_str_equal(e->fields[ENVELOPE_PROGRAM], "kvm")))
		set_field(e, ENVELOPE_PROGRAM, "qemu");
}

/* Return: what is inside, or NULL when there is no further envelope. */
static char *peel(const struct envelope_reader *r, const char *line, struct envelope *e)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shapes); i++) {
		g_autoptr(GMatchInfo) m = NULL;
		g_autofree char *rest = NULL;

		/* "kvm: exiting hardware virtualization" is a part of the kernel, not QEMU. */
		if (!shapes[i].is_mark && g_strcmp0(e->fields[ENVELOPE_PROGRAM], "kernel") == 0)
			continue;
		if (!g_regex_match(r->shapes[i], line, 0, &m))
			continue;
		rest = g_match_info_fetch_named(m, "rest");
		take_fields(e, &shapes[i], m);
		e->layers += !shapes[i].is_mark;
		if (!rest || !*g_strstrip(rest))
			return NULL; /* a child that ended without a word */
		return g_steal_pointer(&rest);
	}
	return NULL;
}

/* "…: Permission denied", and QEMU's and libvirt's "…: 13 Permission denied"; the last one counts. */
static const char *errno_in(const char *text)
{
	const char *found = NULL, *last = NULL;

	for (int e = 1; e <= ERRNO_MAX; e++) {
		const char *words = strerrordesc_np(e);
		const char *at = words ? strstr(text, words) : NULL;

		if (at && (!last || at > last || (at == last && strlen(words) > strlen(strerrordesc_np(errname_parse(found)))))) {
			last = at;
			found = errname(e);
		}
	}
	return found;
}

static const char *errno_worded(const struct envelope_reader *r, const char *text)
{
	for (size_t i = 0; i < G_N_ELEMENTS(worded); i++)
		if (g_regex_match(r->worded[i], text, 0, NULL))
			return worded[i].error;
	return NULL;
}

static void named_free(gpointer data)
{
	struct envelope_named *n = data;

	g_free(n->value);
	g_free(n);
}

static bool is_named(const struct envelope *e, const char *value)
{
	for (guint i = 0; i < e->named->len; i++)
		if (strcmp(((struct envelope_named *)e->named->pdata[i])->value, value) == 0)
			return true;
	return false;
}

static void find_things(const struct envelope_reader *r, const char *line, struct envelope *e)
{
	for (size_t i = 0; i < G_N_ELEMENTS(things); i++) {
		g_autoptr(GMatchInfo) m = NULL;

		g_regex_match(r->things[i], line, 0, &m);
		while (g_match_info_matches(m) && e->named->len < ENVELOPE_NAMED_MAX) {
			g_autofree char *value = g_match_info_fetch_named(m, "v");
			struct envelope_named *n;

			if (value && *value && !is_named(e, value)) {
				n = g_new(struct envelope_named, 1);
				*n = (struct envelope_named){ things[i].kind, g_steal_pointer(&value) };
				g_ptr_array_add(e->named, n);
			}
			if (!g_match_info_next(m, NULL))
				break;
		}
	}
}

/* "in use" and "not found" are an errno's words only where they are about a file. */
static bool names_a_path(const struct envelope *e)
{
	for (guint i = 0; i < e->named->len; i++)
		if (((struct envelope_named *)e->named->pdata[i])->kind == NAMED_PATH)
			return true;
	return false;
}

void envelope_open(const struct envelope_reader *r, const char *line, struct envelope *ret)
{
	char *text = g_strstrip(g_strdup(line)), *inner;

	*ret = (struct envelope){ .named = g_ptr_array_new_with_free_func(named_free) };
	for (int i = 0; i < LAYERS_MAX && (inner = peel(r, text, ret)); i++) {
		g_free(text);
		text = inner;
	}
	ret->message = text;
	find_things(r, line, ret);
	ret->error = errno_in(text);
	ret->is_failure = ret->layers > 0 || g_regex_match(r->failure, text, 0, NULL);
	if (!ret->error && names_a_path(ret))
		ret->error = errno_worded(r, text);
}

void envelope_done(struct envelope *e)
{
	g_free(e->message);
	for (int i = 0; i < ENVELOPE_FIELD_MAX_; i++)
		g_free(e->fields[i]);
	g_clear_pointer(&e->named, g_ptr_array_unref);
	*e = (struct envelope){ 0 };
}
