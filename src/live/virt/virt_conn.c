// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * virt_conn - one libvirt connection: which one, where it leads, and why there is none
 *
 * Source: libvirt's uri.html (URIs, transports, defaults), virsh(1) (VIRSH_DEFAULT_CONNECT_URI),
 * virterror.h, daemons.html and libvirt's qemu_conf.c (where the QEMU driver keeps its files).
 */
#include "live/virt/virt.h"

#include <errno.h>
#include <libvirt/virterror.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/i18n.h"

/* libvirt's default prints each error to stderr. */
static void keep_quiet(void *opaque G_GNUC_UNUSED, virErrorPtr error G_GNUC_UNUSED)
{
}

/* As virsh resolves it; what is still NULL libvirt resolves, which knows LIBVIRT_DEFAULT_URI. */
static const char *wanted_uri(const struct virt_conn *c)
{
	return c->uri ? c->uri : getenv("VIRSH_DEFAULT_CONNECT_URI");
}

static int errno_of_system(const virError *e)
{
	switch (e->int1) {
	case ENOENT: /* a socket that is not there is no answer "there is no such domain" */
		return e->domain == VIR_FROM_RPC ? -ECONNREFUSED : -EIO;
	case EPERM:
		return -EACCES;
	case ENODATA: /* would say that nobody looked */
		return -EIO;
	default:
		return e->int1 > 0 ? -e->int1 : -EIO;
	}
}

static const struct code {
	int code, error;
} codes[] = {
	{ VIR_ERR_NO_DOMAIN, -ENOENT },
	{ VIR_ERR_NO_NETWORK, -ENOENT },
	{ VIR_ERR_NO_STORAGE_POOL, -ENOENT },
	{ VIR_ERR_NO_NWFILTER, -ENOENT },
	{ VIR_ERR_NO_SUPPORT, -EOPNOTSUPP },
	{ VIR_ERR_CONFIG_UNSUPPORTED, -EOPNOTSUPP },
	{ VIR_ERR_ARGUMENT_UNSUPPORTED, -EOPNOTSUPP },
	{ VIR_ERR_OPERATION_UNSUPPORTED, -EOPNOTSUPP },
	{ VIR_ERR_OPERATION_INVALID, -EINVAL },
	{ VIR_ERR_INVALID_ARG, -EINVAL },
	{ VIR_ERR_OPERATION_TIMEOUT, -ETIMEDOUT },
	{ 112, -ETIMEDOUT }, /* VIR_ERR_AGENT_COMMAND_TIMEOUT, newer than libvirt 9.0 */
	{ VIR_ERR_AGENT_UNRESPONSIVE, -ENOTCONN },
	{ VIR_ERR_AGENT_UNSYNCED, -ENOTCONN },
	{ VIR_ERR_ACCESS_DENIED, -EACCES },
	{ VIR_ERR_OPERATION_DENIED, -EACCES },
	{ VIR_ERR_AUTH_FAILED, -EACCES },
	{ VIR_ERR_AUTH_CANCELLED, -EACCES },
	{ VIR_ERR_AUTH_UNAVAILABLE, -EACCES },
	{ VIR_ERR_NO_CONNECT, -ECONNREFUSED },
	{ VIR_ERR_INVALID_CONN, -ECONNREFUSED },
	{ VIR_ERR_UNKNOWN_HOST, -ECONNREFUSED },
	{ VIR_ERR_RPC, -ECONNREFUSED },
};

int virt_errno(void)
{
	const virError *e = virGetLastError();

	if (!e)
		return -EIO;
	if (e->code == VIR_ERR_SYSTEM_ERROR)
		return errno_of_system(e);
	for (size_t i = 0; i < G_N_ELEMENTS(codes); i++) {
		if (codes[i].code == e->code)
			return codes[i].error;
	}
	return e->domain == VIR_FROM_RPC ? -ECONNREFUSED : -EIO; /* "client socket is closed" */
}

int virt_conn_open(struct virt_conn *c)
{
	if (c->was_tried)
		return c->error;
	c->was_tried = true;
	virSetErrorFunc(NULL, keep_quiet);
	i18n_english(); /* the error's text is evidence, and matched by rules */
	c->conn = c->is_read_write ? virConnectOpen(wanted_uri(c))
				   : virConnectOpenReadOnly(wanted_uri(c));
	if (!c->conn) {
		c->error = virt_errno();
		c->error_code = virGetLastErrorCode();
		c->error_text = g_strdup(virGetLastErrorMessage());
	}
	return c->error;
}

void virt_conn_done(struct virt_conn *c)
{
	if (c->conn)
		virConnectClose(c->conn);
	g_free(c->uri);
	g_free(c->error_text);
	*c = (struct virt_conn){ 0 };
}

/* "qemu+ssh" is QEMU over ssh. */
static const char *transport_of(const char *scheme)
{
	const char *plus = strchr(scheme, '+');

	return plus ? plus + 1 : "";
}

bool virt_uri_is_local(const char *uri)
{
	g_autoptr(GUri) parsed = uri ? g_uri_parse(uri, G_URI_FLAGS_NONE, NULL) : NULL;
	const char *host, *transport;

	if (!uri || !*uri)
		return true;
	if (!parsed) /* an alias out of libvirt.conf: it may lead anywhere */
		return false;
	host = g_uri_get_host(parsed);
	transport = transport_of(g_uri_get_scheme(parsed));
	return (!host || !*host) && (!*transport || strcmp(transport, "unix") == 0);
}

struct dirs {
	char *log, *config, *run;
};

/*
 * Where the QEMU driver behind @uri keeps its files on this machine; all NULL: not known. Where
 * not even the default URI is known, because there is no libvirtd: root's would be the system's.
 */
static void find_dirs(const char *uri, struct dirs *ret)
{
	const char *likely = geteuid() == 0 ? "qemu:///system" : "qemu:///session";
	g_autoptr(GUri) parsed = g_uri_parse(uri ? uri : likely, G_URI_FLAGS_NONE, NULL);
	const char *path = parsed ? g_uri_get_path(parsed) : "";

	*ret = (struct dirs){ 0 };
	if (!parsed || !virt_uri_is_local(uri) ||
	    !g_str_has_prefix(g_uri_get_scheme(parsed), "qemu"))
		return;
	if (strcmp(path, "/system") == 0) {
		ret->log = g_strdup("/var/log/libvirt/qemu");
		ret->config = g_strdup("/etc/libvirt/qemu");
		ret->run = g_strdup("/run/libvirt/qemu");
	} else if (strcmp(path, "/session") == 0) {
		ret->log = g_build_filename(g_get_user_cache_dir(), "libvirt/qemu/log", NULL);
		ret->config = g_build_filename(g_get_user_config_dir(), "libvirt/qemu", NULL);
		ret->run = g_build_filename(g_get_user_runtime_dir(), "libvirt/qemu/run", NULL);
	}
}

static void add_dirs(JsonBuilder *b, const char *uri)
{
	struct dirs dirs;

	find_dirs(uri, &dirs);
	json_make_text(b, "log-dir", dirs.log);
	json_make_text(b, "config-dir", dirs.config);
	json_make_text(b, "run-dir", dirs.run);
	g_free(dirs.log);
	g_free(dirs.config);
	g_free(dirs.run);
}

/* uri_default of the client's libvirt.conf, for those cases where libvirt cannot tell any more. */
static char *configured_uri(void)
{
	g_autofree char *path = geteuid() == 0 ? g_strdup("/etc/libvirt/libvirt.conf")
					       : g_build_filename(g_get_user_config_dir(),
								  "libvirt/libvirt.conf", NULL);
	g_autofree char *text = NULL;
	g_autoptr(GRegex) regex = g_regex_new("^\\s*uri_default\\s*=\\s*[\"']([^\"'\\n]+)[\"']",
					      G_REGEX_MULTILINE, 0, NULL);
	g_autoptr(GMatchInfo) match = NULL;

	if (!g_file_get_contents(path, &text, NULL, NULL) || !g_regex_match(regex, text, 0, &match))
		return NULL;
	return g_match_info_fetch(match, 1);
}

/* The URI that the connection has, or the one that it would have had, as far as one can tell. */
static char *known_uri(const struct virt_conn *c)
{
	const char *wanted = wanted_uri(c);

	if (c->conn)
		return virConnectGetURI(c->conn);
	if (!wanted || !*wanted)
		wanted = getenv("LIBVIRT_DEFAULT_URI");
	return wanted && *wanted ? g_strdup(wanted) : configured_uri();
}

/* "qemu" of qemu+ssh://host/system */
static char *hypervisor_of(const char *uri)
{
	return uri && strstr(uri, "://") ? g_strndup(uri, strcspn(uri, "+:")) : NULL;
}

char *virt_conn_json(struct virt_conn *c)
{
	bool is_open = virt_conn_open(c) == 0;
	g_autofree char *uri = known_uri(c);
	g_autofree char *hypervisor = hypervisor_of(uri);
	JsonBuilder *b = json_make_object();

	json_make_text(b, "uri", uri);
	json_make_bool(b, "ok", is_open);
	json_make_text(b, "error", c->error_text);
	json_make_int(b, "error-code", c->error_code);
	json_make_bool(b, "read-only", !c->is_read_write);
	json_make_text(b, "driver", is_open ? virConnectGetType(c->conn) : NULL);
	json_make_text(b, "hypervisor-type", hypervisor);
	json_make_bool(b, "local", virt_uri_is_local(uri));
	add_dirs(b, uri);
	return json_make_end(b);
}
