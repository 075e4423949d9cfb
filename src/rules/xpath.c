// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * xpath - evaluating XPath with a budget.
 *
 * Source: libxml2 xpath.h. opLimit stops a runaway join; opCount is never reset by the library.
 * Variables are defined when they are first asked for: most rules end before they need most of theirs.
 */
#include "rules/xpath.h"

#include "base/xml.h"

#include <libxml/xpathInternals.h>
#include <math.h>
#include <string.h>

#define STEPS_MAX 1000000
#define HOST_PATH "/facts/host"
#define HOST_VARIABLE "facts-host"
G_STATIC_ASSERT(sizeof(HOST_PATH) == sizeof("$" HOST_VARIABLE));

struct xpath {
	xmlXPathContext *ctxt;
	xmlNode *host;
	xpath_define *define;
	void *define_data;
	GError *failed; /* why a variable could not be defined */
};

static const char *error_words(int code)
{
	static const char *const words[] = {
		[XPATH_NUMBER_ERROR] = "bad number",
		[XPATH_UNFINISHED_LITERAL_ERROR] = "unfinished literal",
		[XPATH_START_LITERAL_ERROR] = "literal expected",
		[XPATH_VARIABLE_REF_ERROR] = "variable name expected",
		[XPATH_UNDEF_VARIABLE_ERROR] = "undefined variable",
		[XPATH_INVALID_PREDICATE_ERROR] = "invalid predicate",
		[XPATH_EXPR_ERROR] = "invalid expression",
		[XPATH_UNCLOSED_ERROR] = "unclosed parenthesis or bracket",
		[XPATH_UNKNOWN_FUNC_ERROR] = "unknown function",
		[XPATH_INVALID_OPERAND] = "invalid operand",
		[XPATH_INVALID_TYPE] = "invalid type",
		[XPATH_INVALID_ARITY] = "wrong number of arguments",
		[XPATH_UNDEF_PREFIX_ERROR] = "undefined namespace prefix",
		[XPATH_OP_LIMIT_EXCEEDED] = "too many steps",
	};
	int n = code - XML_XPATH_EXPRESSION_OK;

	if (n > 0 && n < (int)G_N_ELEMENTS(words) && words[n])
		return words[n];
	return "cannot be evaluated";
}

static void on_error(void *data, xmlError *e)
{
	*(int *)data = e->code;
}

/* One for all expressions: making it takes longer than compiling one. */
static xmlXPathContext *compiler(int *code)
{
	static xmlXPathContext *ctxt; /* once a run */

	if (!ctxt)
		ctxt = xmlXPathNewContext(NULL);
	xmlResetError(&ctxt->lastError);
	ctxt->userData = code;
	ctxt->error = (xmlStructuredErrorFunc)on_error;
	return ctxt;
}

/* "/facts/host" walks past all domains, each time it is evaluated; a variable does not. It is as long, so that places in
 * messages are right. */
static char *with_host(const char *text)
{
	char *copy = g_strdup(text);
	size_t n = strlen(HOST_PATH);

	for (char *p = copy; (p = strstr(p, HOST_PATH)); p += n) {
		bool is_start = p == copy || (!g_ascii_isalnum(p[-1]) && !strchr("/.*])@-_'\"", p[-1]));

		if (is_start && !g_ascii_isalnum(p[n]) && (!p[n] || !strchr("-_.", p[n])))
			memcpy(p, "$" HOST_VARIABLE, n);
	}
	return copy;
}

struct expr *expr_new(const char *text, const char *file, unsigned int line, GError **error)
{
	struct expr *e;
	int code = 0;
	xmlXPathContext *ctxt = compiler(&code);
	g_autofree char *quick = with_host(text);
	xmlXPathCompExpr *compiled = xmlXPathCtxtCompile(ctxt, BAD_CAST quick);

	if (!compiled) {
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT,
			    "%s:%u: %s in '%s', before '%s'", file, line, error_words(code), text,
			    text + CLAMP(ctxt->lastError.int1, 0, (int)strlen(text)));
		return NULL;
	}
	e = g_new0(struct expr, 1);
	*e = (struct expr){ g_strdup(text), compiled, file, line };
	return e;
}

void expr_free(struct expr *e)
{
	if (!e)
		return;
	xmlXPathFreeCompExpr(e->compiled);
	g_free(e->text);
	g_free(e);
}

static xmlXPathObject *look_up(void *data, const xmlChar *name, const xmlChar *ns G_GNUC_UNUSED)
{
	struct xpath *x = data;
	xmlXPathObject *value = xmlHashLookup2(x->ctxt->varHash, name, NULL);

	if (xmlStrEqual(name, BAD_CAST HOST_VARIABLE))
		return xmlXPathNewNodeSet(x->host);
	if (!value && x->define && !x->failed && x->define(x->define_data, (const char *)name, &x->failed))
		value = xmlHashLookup2(x->ctxt->varHash, name, NULL);
	return value ? xmlXPathObjectCopy(value) : NULL;
}

struct xpath *xpath_new(xmlDoc *doc)
{
	struct xpath *x = g_new0(struct xpath, 1);

	x->ctxt = xmlXPathNewContext(doc);
	x->host = xml_child(xmlDocGetRootElement(doc), "host");
	x->ctxt->opLimit = STEPS_MAX;
	xmlXPathRegisterNs(x->ctxt, BAD_CAST "vd", BAD_CAST VD_NAMESPACE);
	xpath_register_functions(x->ctxt);
	xmlXPathRegisterVariableLookup(x->ctxt, look_up, x);
	return x;
}

void xpath_free(struct xpath *x)
{
	if (!x)
		return;
	xmlXPathFreeContext(x->ctxt);
	g_clear_error(&x->failed);
	g_free(x);
}

void xpath_variable(struct xpath *x, const char *name, xmlXPathObject *value)
{
	xmlXPathRegisterVariable(x->ctxt, BAD_CAST name, value);
}

void xpath_variable_string(struct xpath *x, const char *name, const char *text)
{
	xpath_variable(x, name, xmlXPathNewString(BAD_CAST text));
}

void xpath_variable_text(struct xpath *x, const char *name, const char *text)
{
	char *end;
	double number = g_ascii_strtod(text, &end);
	bool is_number = end != text && *end == '\0';

	xpath_variable(x, name, is_number ? xmlXPathNewFloat(number)
					  : xmlXPathNewString(BAD_CAST text));
}

void xpath_forget_variables(struct xpath *x)
{
	xmlXPathRegisteredVariablesCleanup(x->ctxt);
}

void xpath_on_unknown(struct xpath *x, xpath_define *define, void *data)
{
	x->define = define;
	x->define_data = data;
}

/* Where an evaluation stands is kept in the context, so one inside of another puts it back. */
static xmlXPathObject *evaluate(struct xpath *x, const struct expr *e, xmlNode *node, int *code)
{
	xmlXPathContext *c = x->ctxt, outer = *c;
	xmlXPathObject *result;

	c->node = node;
	c->userData = code;
	c->error = (xmlStructuredErrorFunc)on_error;
	c->opCount = 0;
	result = xmlXPathCompiledEval(e->compiled, c);
	c->opCount = outer.opCount;
	c->node = outer.node;
	c->userData = outer.userData;
	c->contextSize = outer.contextSize;
	c->proximityPosition = outer.proximityPosition;
	return result;
}

xmlXPathObject *xpath_eval(struct xpath *x, const struct expr *e, xmlNode *node, GError **error)
{
	int code = 0;
	xmlXPathObject *result = evaluate(x, e, node, &code);

	/* Some errors leave a result behind ("unknown function" in an or): that is no answer. */
	if (result && code == 0 && !x->failed)
		return result;
	xmlXPathFreeObject(result);
	if (x->failed)
		g_propagate_error(error, g_steal_pointer(&x->failed));
	else
		g_set_error(error, G_MARKUP_ERROR, G_MARKUP_ERROR_INVALID_CONTENT, "%s:%u: %s in '%s'", e->file, e->line,
			    error_words(code), e->text);
	return NULL;
}

int xpath_boolean(struct xpath *x, const struct expr *e, xmlNode *node, GError **error)
{
	xmlXPathObject *o = xpath_eval(x, e, node, error);
	int truth = o ? xmlXPathCastToBoolean(o) : -1;

	xmlXPathFreeObject(o);
	return truth;
}

/* 1e15 and below print whole: XPath's own cast would write 1e+10. */
static char *number_text(double number)
{
	if (floor(number) == number && fabs(number) < 1e15)
		return g_strdup_printf("%.0f", number);
	return g_strdup_printf("%.2f", number);
}

char *xpath_string(struct xpath *x, const struct expr *e, xmlNode *node, GError **error)
{
	xmlXPathObject *o = xpath_eval(x, e, node, error);
	char *text = NULL;

	if (o && o->type == XPATH_NUMBER && isfinite(o->floatval))
		text = number_text(o->floatval);
	else if (o)
		text = (char *)xmlXPathCastToString(o);
	xmlXPathFreeObject(o);
	return text;
}
