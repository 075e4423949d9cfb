// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * osinfo_view - a read-only tree of GFiles with just the files that libosinfo should load
 *
 * The loader takes a directory, reads all that is in it, and refuses an entity whose file does not
 * lie where its id says, counted from that directory. So a single OS cannot be had by path; but
 * the loader also takes URIs, and GIO lets a program bring its own kind. What the loader asks of a
 * GFile, and no more, is here. Source: libosinfo's osinfo_loader.c (1.10), GIO's reference on
 * GFile, GFileEnumerator and g_vfs_register_uri_scheme().
 */
#include "live/osinfo/osinfo_view.h"

#include <gio/gio.h>
#include <string.h>

#define SCHEME "vmdoctor-osinfo"
#define ROOT "/osinfo" /* what the loader takes for the directory's path */

/* GObject's macros need type names. */
typedef struct {
	GObject base;
	GPtrArray *files; /* of the whole view; borrowed from osinfo_view_load() */
	char *name;	  /* "" is the top directory */
} ViewNode;
typedef struct {
	GObjectClass base;
} ViewNodeClass;

typedef struct {
	GFileEnumerator base;
	ViewNode *dir; /* borrowed: the enumerator's container */
	GHashTable *seen;
	size_t next;
} ViewEnumerator;
typedef struct {
	GFileEnumeratorClass base;
} ViewEnumeratorClass;

static GType view_node_get_type(void);
static GType view_enumerator_get_type(void);
static void view_node_be_file(GFileIface *iface);

G_DEFINE_TYPE_WITH_CODE(ViewNode, view_node, G_TYPE_OBJECT,
			G_IMPLEMENT_INTERFACE(G_TYPE_FILE, view_node_be_file))
G_DEFINE_TYPE(ViewEnumerator, view_enumerator, G_TYPE_FILE_ENUMERATOR)

static GFile *node_new(GPtrArray *files, const char *name)
{
	ViewNode *node = g_object_new(view_node_get_type(), NULL);

	node->files = files;
	node->name = g_strdup(name);
	return (GFile *)node;
}

static void node_finalize(GObject *object)
{
	g_free(((ViewNode *)object)->name);
	G_OBJECT_CLASS(view_node_parent_class)->finalize(object);
}

static void view_node_class_init(ViewNodeClass *klass)
{
	G_OBJECT_CLASS(klass)->finalize = node_finalize;
}

static void view_node_init(ViewNode *node G_GNUC_UNUSED)
{
}

/* NULL: @file is a directory. */
static const struct osinfo_file *file_of(GFile *file)
{
	const ViewNode *node = (ViewNode *)file;

	for (size_t i = 0; i < node->files->len; i++) {
		const struct osinfo_file *f = node->files->pdata[i];

		if (strcmp(f->name, node->name) == 0)
			return f;
	}
	return NULL;
}

static char *node_get_path(GFile *file)
{
	const char *name = ((ViewNode *)file)->name;

	return g_strconcat(ROOT, *name ? "/" : "", name, NULL);
}

static char *node_get_uri(GFile *file)
{
	return g_strconcat(SCHEME ":///", ((ViewNode *)file)->name, NULL);
}

static char *node_get_relative_path(GFile *parent G_GNUC_UNUSED, GFile *file)
{
	return g_strdup(((ViewNode *)file)->name); /* the loader asks this of the top only */
}

static GFile *node_resolve(GFile *file, const char *relative)
{
	const ViewNode *node = (ViewNode *)file;
	g_autofree char *name =
		*node->name ? g_strconcat(node->name, "/", relative, NULL) : g_strdup(relative);

	return node_new(node->files, name);
}

static GFileInfo *info_new(const char *name, bool is_dir)
{
	GFileInfo *info = g_file_info_new();

	g_file_info_set_name(info, name);
	g_file_info_set_file_type(info, is_dir ? G_FILE_TYPE_DIRECTORY : G_FILE_TYPE_REGULAR);
	return info;
}

static GFileInfo *node_query_info(GFile *file, const char *attributes G_GNUC_UNUSED,
				  GFileQueryInfoFlags flags G_GNUC_UNUSED,
				  GCancellable *cancellable G_GNUC_UNUSED,
				  GError **error G_GNUC_UNUSED)
{
	return info_new(((ViewNode *)file)->name, file_of(file) == NULL);
}

static GFileInputStream *node_read(GFile *file, GCancellable *cancellable, GError **error)
{
	const struct osinfo_file *f = file_of(file);
	g_autoptr(GFile) real = g_file_new_for_path(f ? f->path : ROOT);

	return g_file_read(real, cancellable, error);
}

static GFileEnumerator *node_enumerate(GFile *file, const char *attributes G_GNUC_UNUSED,
				       GFileQueryInfoFlags flags G_GNUC_UNUSED,
				       GCancellable *cancellable G_GNUC_UNUSED,
				       GError **error G_GNUC_UNUSED)
{
	ViewEnumerator *e = g_object_new(view_enumerator_get_type(), "container", file, NULL);

	e->dir = (ViewNode *)file;
	return (GFileEnumerator *)e;
}

static void view_node_be_file(GFileIface *iface)
{
	iface->get_path = node_get_path;
	iface->get_uri = node_get_uri;
	iface->get_relative_path = node_get_relative_path;
	iface->resolve_relative_path = node_resolve;
	iface->query_info = node_query_info;
	iface->read_fn = node_read;
	iface->enumerate_children = node_enumerate;
}

/* What comes after "DIR/" in a file's name; NULL: it is not in there. */
static const char *name_below(const ViewNode *dir, const struct osinfo_file *f)
{
	size_t len = strlen(dir->name);

	if (len == 0)
		return f->name;
	return strncmp(f->name, dir->name, len) == 0 && f->name[len] == '/' ? f->name + len + 1
									    : NULL;
}

static GFileInfo *enumerator_next(GFileEnumerator *base, GCancellable *cancellable G_GNUC_UNUSED,
				  GError **error G_GNUC_UNUSED)
{
	ViewEnumerator *e = (ViewEnumerator *)base;

	while (e->next < e->dir->files->len) {
		const char *below = name_below(e->dir, e->dir->files->pdata[e->next++]);
		char *child;

		if (!below)
			continue;
		child = g_strndup(below, strcspn(below, "/"));
		if (g_hash_table_add(e->seen, child))
			return info_new(child, strchr(below, '/') != NULL);
	}
	return NULL;
}

static gboolean enumerator_close(GFileEnumerator *base G_GNUC_UNUSED,
				 GCancellable *cancellable G_GNUC_UNUSED,
				 GError **error G_GNUC_UNUSED)
{
	return TRUE;
}

static void enumerator_finalize(GObject *object)
{
	g_hash_table_unref(((ViewEnumerator *)object)->seen);
	G_OBJECT_CLASS(view_enumerator_parent_class)->finalize(object);
}

static void view_enumerator_class_init(ViewEnumeratorClass *klass)
{
	G_OBJECT_CLASS(klass)->finalize = enumerator_finalize;
	G_FILE_ENUMERATOR_CLASS(klass)->next_file = enumerator_next;
	G_FILE_ENUMERATOR_CLASS(klass)->close_fn = enumerator_close;
}

static void view_enumerator_init(ViewEnumerator *e)
{
	e->seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
}

static GFile *lookup(GVfs *vfs G_GNUC_UNUSED, const char *uri G_GNUC_UNUSED, gpointer files)
{
	return node_new(files, "");
}

void osinfo_file_free(struct osinfo_file *file)
{
	g_free(file->name);
	g_free(file->path);
	g_free(file);
}

bool osinfo_view_load(OsinfoLoader *loader, GPtrArray *files, GError **error)
{
	GVfs *vfs = g_vfs_get_default();
	GError *e = NULL;

	g_vfs_register_uri_scheme(vfs, SCHEME, lookup, files, NULL, NULL, NULL, NULL);
	osinfo_loader_process_uri(loader, SCHEME ":///", &e);
	g_vfs_unregister_uri_scheme(vfs, SCHEME);
	if (e)
		g_propagate_error(error, e);
	return !e;
}
