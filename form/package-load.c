#include <errno.h>
#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "form-error.h"
#include "form-package.h"
#include "form-sheet-id.h"

#define MAX_BYTES     (64 * 1024 * 1024)
#define MAX_PAPER_MM  2000.0 /* a plotter's roll */
#define MAX_TEXT      20000
#define MAX_QUESTIONS (FORM_MAX_FIELDS * 4)

/* Where the reading of the JSON stands: `where` is the path for messages ("pages[0].fields[3].options").
 * Every getter below returns FALSE once an error is set, so that a caller may chain them with &&. */
typedef struct {
    const char *file;
    GString *where;
    GError **error;
} Loader;

static gboolean G_GNUC_PRINTF(2, 3) fail(Loader *loader, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    g_set_error(loader->error, FORM_ERROR, FORM_ERROR_INPUT, "%s: %s%s%s", loader->file, loader->where->str,
                loader->where->len > 0 ? ": " : "", what);
    return FALSE;
}

/* Steps into `key` (index < 0) or `key[index]`; step_out() with what it returned steps back. */
static gsize
step_in(Loader *loader, const char *key, int index)
{
    gsize before = loader->where->len;

    if (before > 0)
        g_string_append_c(loader->where, '.');
    g_string_append(loader->where, key);
    if (index >= 0)
        g_string_append_printf(loader->where, "[%d]", index);
    return before;
}

static gboolean
step_out(Loader *loader, gsize before, gboolean result)
{
    if (result)
        g_string_truncate(loader->where, before);
    return result;
}

static gboolean
get_number(Loader *loader, json_t *object, const char *key, double min, double max, double *number)
{
    json_t *value = json_object_get(object, key);

    if (value == NULL)
        return fail(loader, _("`%s` is missing; give a number from %g to %g"), key, min, max);
    if (!json_is_number(value) || !(json_number_value(value) >= min && json_number_value(value) <= max))
        return fail(loader, _("`%s` must be a number from %g to %g"), key, min, max);
    *number = json_number_value(value);
    return TRUE;
}

static gboolean
get_integer(Loader *loader, json_t *object, const char *key, int min, int max, int *number)
{
    json_t *value = json_object_get(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < min || json_integer_value(value) > max)
        return fail(loader, _("`%s` must be a whole number from %d to %d"), key, min, max);
    *number = (int)json_integer_value(value);
    return TRUE;
}

/* A string; where the key is not there and not `required`, *text stays as it was, else it is replaced. */
static gboolean
get_string(Loader *loader, json_t *object, const char *key, gboolean required, char **text)
{
    json_t *value = json_object_get(object, key);

    if (value == NULL && !required)
        return TRUE;
    if (!json_is_string(value) || json_string_length(value) == 0 || json_string_length(value) > MAX_TEXT ||
        strlen(json_string_value(value)) != json_string_length(value))
        return fail(loader, _("`%s` must be a text of 1 to %d characters"), key, MAX_TEXT);
    g_free(*text);
    *text = g_strdup(json_string_value(value));
    return TRUE;
}

static gboolean
get_boolean(Loader *loader, json_t *object, const char *key, gboolean *flag)
{
    json_t *value = json_object_get(object, key);

    if (value != NULL && !json_is_boolean(value))
        return fail(loader, _("`%s` must be true or false"), key);
    *flag = json_is_true(value);
    return TRUE;
}

/* An array of at most `max`, or NULL in *array where the key is not there. */
static gboolean
get_array(Loader *loader, json_t *object, const char *key, gsize max, json_t **array)
{
    *array = json_object_get(object, key);
    if (*array != NULL && (!json_is_array(*array) || json_array_size(*array) > max))
        return fail(loader, _("`%s` must be a list of at most %" G_GSIZE_FORMAT " entries"), key, max);
    return TRUE;
}

static gboolean
get_type(Loader *loader, json_t *object, FormType *type)
{
    const char *name = json_string_value(json_object_get(object, "type"));

    if (!form_type_from_name(name, type))
        return fail(
            loader,
            _("`type` must be one of select_one, select_multiple, integer, decimal, date, text, note"));
    return TRUE;
}

/* Text in languages: an object, or one plain string. */
static gboolean
get_text(Loader *loader, json_t *object, const char *key, FormText *text)
{
    json_t *value = json_object_get(object, key), *wording;
    const char *language;

    if (json_is_string(value)) {
        form_text_set(text, "", json_string_value(value));
        return TRUE;
    }
    if (value != NULL && !json_is_object(value))
        return fail(loader,
                    _("`%s` must be a text, or an object of texts by language such as {\"vi\": \"…\"}"), key);
    json_object_foreach(value, language, wording)
    {
        if (!json_is_string(wording))
            return fail(loader, _("`%s.%s` must be a text"), key, language);
        form_text_set(text, language, json_string_value(wording));
    }
    return TRUE;
}

static gboolean
get_rect(Loader *loader, json_t *object, const FormPackage *package, FormRect *rect)
{
    if (!json_is_object(object))
        return fail(loader, _("must be an object with x_mm, y_mm, w_mm and h_mm"));
    if (!get_number(loader, object, "x_mm", 0, package->width_mm, &rect->x_mm) ||
        !get_number(loader, object, "y_mm", 0, package->height_mm, &rect->y_mm) ||
        !get_number(loader, object, "w_mm", 0.1, package->width_mm, &rect->w_mm) ||
        !get_number(loader, object, "h_mm", 0.1, package->height_mm, &rect->h_mm))
        return FALSE;
    /* half a mm of grace: packages made by rounding pixels */
    if (rect->x_mm + rect->w_mm > package->width_mm + 0.5 ||
        rect->y_mm + rect->h_mm > package->height_mm + 0.5)
        return fail(loader, _("reaches beyond the paper (%g × %g mm)"), package->width_mm,
                    package->height_mm);
    return TRUE;
}

static gboolean
get_rects(Loader *loader, json_t *object, const char *key, const FormPackage *package, GArray *rects)
{
    json_t *array, *entry;
    gsize index;

    if (!get_array(loader, object, key, 200, &array))
        return FALSE;
    json_array_foreach(array, index, entry)
    {
        FormRect rect;
        gsize before = step_in(loader, key, (int)index);
        if (!step_out(loader, before, get_rect(loader, entry, package, &rect)))
            return FALSE;
        g_array_append_val(rects, rect);
    }
    return TRUE;
}

static gboolean
load_option(Loader *loader, json_t *object, const FormPackage *package, FormField *field)
{
    FormRect rect;
    FormShape shape = FORM_SHAPE_ELLIPSE;
    g_autofree char *value = NULL, *shape_name = NULL;

    if (!json_is_object(object))
        return fail(loader, _("must be an object with value, x_mm, y_mm, w_mm and h_mm"));
    if (!get_string(loader, object, "value", TRUE, &value) ||
        !get_string(loader, object, "shape", FALSE, &shape_name) ||
        !get_number(loader, object, "x_mm", 0, package->width_mm, &rect.x_mm) ||
        !get_number(loader, object, "y_mm", 0, package->height_mm, &rect.y_mm) ||
        !get_number(loader, object, "w_mm", 0.5, 100, &rect.w_mm) ||
        !get_number(loader, object, "h_mm", 0.5, 100, &rect.h_mm))
        return FALSE;
    if (shape_name != NULL && !form_shape_from_name(shape_name, &shape))
        return fail(loader, _("`shape` must be ellipse, box or cell"));
    if (field->type == FORM_SELECT_MULTIPLE && strchr(value, ' ') != NULL)
        return fail(loader, _("`value` of a select_multiple must not hold a space, which separates values"));
    for (guint i = 0; i < field->options->len; i++) {
        if (strcmp(g_array_index(field->options, FormOption, i).value, value) == 0)
            return fail(loader, _("`value` “%s” stands twice in this field; values must differ"), value);
    }
    rect.x_mm -= rect.w_mm / 2;
    rect.y_mm -= rect.h_mm / 2;
    form_field_add_option(field, value, rect, shape);
    return TRUE;
}

static gboolean
load_options(Loader *loader, json_t *object, const FormPackage *package, FormField *field)
{
    json_t *options, *entry;
    gsize index;

    if (!get_array(loader, object, "options", FORM_MAX_OPTIONS, &options))
        return FALSE;
    if (form_type_is_select(field->type) && json_array_size(options) == 0)
        return fail(loader, _("a %s needs `options`"), form_type_name(field->type));
    if (!form_type_is_select(field->type) && options != NULL)
        return fail(loader, _("only select_one and select_multiple have `options`"));
    json_array_foreach(options, index, entry)
    {
        gsize before = step_in(loader, "options", (int)index);
        if (!step_out(loader, before, load_option(loader, entry, package, field)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_box(Loader *loader, json_t *object, const FormPackage *package, FormField *field)
{
    json_t *box = json_object_get(object, "box");

    if (box == NULL) {
        if (!form_type_is_select(field->type) && field->type != FORM_NOTE)
            return fail(loader, _("a field of type %s needs a `box`"), form_type_name(field->type));
        return TRUE;
    }
    gsize before = step_in(loader, "box", -1);
    field->has_box = TRUE;
    return step_out(loader, before,
                    get_rect(loader, box, package, &field->box) &&
                        (json_object_get(box, "cells") == NULL ||
                         get_integer(loader, box, "cells", 0, 200, &field->cells)));
}

static gboolean
load_field(Loader *loader, json_t *object, const FormPackage *package, FormPage *page)
{
    g_autofree char *name = NULL;
    FormType type;

    if (!json_is_object(object))
        return fail(loader, _("must be an object with name and type"));
    if (!get_string(loader, object, "name", TRUE, &name) || !get_type(loader, object, &type))
        return FALSE;
    FormField *field = form_page_add_field(page, name, type);
    return load_options(loader, object, package, field) && load_box(loader, object, package, field) &&
           get_boolean(loader, object, "personal", &field->personal);
}

static gboolean
load_blank(Loader *loader, json_t *object, FormPage *page)
{
    json_t *blank = json_object_get(object, "blank");

    if (blank == NULL)
        return TRUE;
    gsize before = step_in(loader, "blank", -1);
    if (!json_is_object(blank))
        return fail(loader, _("must be an object with file and dpi"));
    return step_out(loader, before,
                    get_string(loader, blank, "file", TRUE, &page->blank_file) &&
                        get_number(loader, blank, "dpi", 50, 2400, &page->blank_dpi));
}

static gboolean
load_serial_text(Loader *loader, json_t *object, const FormPackage *package, FormPage *page)
{
    json_t *rect = json_object_get(object, "serial_text");

    if (rect == NULL)
        return TRUE;
    gsize before = step_in(loader, "serial_text", -1);
    page->has_serial_text = TRUE;
    return step_out(loader, before, get_rect(loader, rect, package, &page->serial_text));
}

static gboolean
load_head(Loader *loader, json_t *object, const FormPackage *package, FormPage *page)
{
    json_t *head = json_object_get(object, "head");

    if (head == NULL)
        return TRUE;
    gsize before = step_in(loader, "head", -1);
    page->head = g_new0(FormHead, 1);
    return step_out(loader, before,
                    get_rect(loader, head, package, &page->head->rect) &&
                        get_string(loader, head, "text", TRUE, &page->head->text));
}

static gboolean
load_page(Loader *loader, json_t *object, FormPackage *package)
{
    FormPage *page = form_package_add_page(package);
    json_t *fields, *entry;
    gsize index;
    int number;

    if (!json_is_object(object))
        return fail(loader, _("must be an object with page and fields"));
    if (!get_integer(loader, object, "page", 1, FORM_MAX_PAGES, &number))
        return FALSE;
    if (number != page->page)
        return fail(loader, _("`page` is %d where %d is next; list the pages in order from 1"), number,
                    page->page);
    if (json_object_get(object, "fields") == NULL)
        return fail(loader, _("`fields` is missing; a page that asks nothing has an empty list"));
    if (!load_blank(loader, object, page) ||
        !get_rects(loader, object, "fiducials", package, page->fiducials) ||
        !get_rects(loader, object, "qr", package, page->qr) ||
        !load_serial_text(loader, object, package, page) || !load_head(loader, object, package, page) ||
        !get_array(loader, object, "fields", FORM_MAX_FIELDS, &fields))
        return FALSE;
    json_array_foreach(fields, index, entry)
    {
        gsize before = step_in(loader, "fields", (int)index);
        if (!step_out(loader, before, load_field(loader, entry, package, page)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_optional_text(Loader *loader, json_t *object, const char *key, FormText **text)
{
    if (json_object_get(object, key) == NULL)
        return TRUE;
    *text = form_text_new();
    return get_text(loader, object, key, *text);
}

static gboolean
load_choices(Loader *loader, json_t *object, FormQuestion *question)
{
    json_t *choices, *entry;
    gsize index;

    if (!get_array(loader, object, "choices", FORM_MAX_OPTIONS, &choices))
        return FALSE;
    json_array_foreach(choices, index, entry)
    {
        g_autofree char *value = NULL;
        gsize before = step_in(loader, "choices", (int)index);
        if (!get_string(loader, entry, "value", TRUE, &value))
            return FALSE;
        FormChoice *choice = form_question_add_choice(question, value);
        if (!step_out(loader, before, get_text(loader, entry, "label", choice->label)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_write_in(Loader *loader, json_t *object, FormQuestion *question)
{
    json_t *write_in = json_object_get(object, "write_in");

    return write_in == NULL || (get_string(loader, write_in, "of", TRUE, &question->write_in_of) &&
                                get_string(loader, write_in, "value", TRUE, &question->write_in_value));
}

static gboolean
load_question(Loader *loader, json_t *object, FormPackage *package)
{
    g_autofree char *name = NULL;
    FormType type;

    if (!json_is_object(object))
        return fail(loader, _("must be an object with name and type"));
    if (!get_string(loader, object, "name", TRUE, &name) || !get_type(loader, object, &type))
        return FALSE;
    if (form_package_question(package, name) != NULL)
        return fail(loader, _("the name “%s” stands twice; names must differ"), name);
    FormQuestion *question = form_question_new(name, type);
    g_ptr_array_add(package->questions, question);
    return get_text(loader, object, "label", question->label) &&
           load_optional_text(loader, object, "hint", &question->hint) &&
           load_optional_text(loader, object, "group", &question->group) &&
           load_choices(loader, object, question) &&
           get_string(loader, object, "list", FALSE, &question->list) &&
           get_boolean(loader, object, "required", &question->required) &&
           get_string(loader, object, "relevant", FALSE, &question->relevant) &&
           get_string(loader, object, "constraint", FALSE, &question->constraint) &&
           get_boolean(loader, object, "personal", &question->personal) &&
           load_write_in(loader, object, question);
}

/* A package written by hand may name no questions: then its fields are the questions. */
static void
add_question_of(FormPackage *package, const FormField *field)
{
    FormQuestion *question = form_question_new(field->name, field->type);

    question->personal = field->personal;
    for (guint i = 0; i < field->options->len; i++)
        form_question_add_choice(question, g_array_index(field->options, FormOption, i).value);
    g_ptr_array_add(package->questions, question);
}

/* Names of fields are unique in the form, and each is a question of the same type. */
static gboolean
match_fields_to_questions(Loader *loader, FormPackage *package, gboolean has_questions)
{
    g_autoptr(GHashTable) questions = g_hash_table_new(g_str_hash, g_str_equal);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < package->questions->len; i++) {
        FormQuestion *question = g_ptr_array_index(package->questions, i);
        g_hash_table_insert(questions, question->name, question);
    }
    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = g_ptr_array_index(package->pages, p);
        for (guint i = 0; i < page->fields->len; i++) {
            const FormField *field = g_ptr_array_index(page->fields, i);
            const FormQuestion *question = g_hash_table_lookup(questions, field->name);
            if (!g_hash_table_add(seen, field->name))
                return fail(loader, _("page %u: the field “%s” stands twice; names must differ"), p + 1,
                            field->name);
            if (has_questions && question == NULL)
                return fail(loader, _("page %u: the field “%s” is no question; add it to `questions`"), p + 1,
                            field->name);
            if (has_questions && question->type != field->type)
                return fail(loader, _("page %u: the field “%s” has another type than its question"), p + 1,
                            field->name);
            if (!has_questions)
                add_question_of(package, field);
        }
    }
    return TRUE;
}

static gboolean
load_pages(Loader *loader, json_t *root, FormPackage *package)
{
    json_t *pages, *entry;
    gsize index;

    if (!get_array(loader, root, "pages", FORM_MAX_PAGES, &pages))
        return FALSE;
    if (json_array_size(pages) == 0)
        return fail(loader, _("`pages` is missing; a form has at least one page"));
    json_array_foreach(pages, index, entry)
    {
        gsize before = step_in(loader, "pages", (int)index);
        if (!step_out(loader, before, load_page(loader, entry, package)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_questions(Loader *loader, json_t *root, FormPackage *package)
{
    json_t *questions, *entry;
    gsize index;

    if (!get_array(loader, root, "questions", MAX_QUESTIONS, &questions))
        return FALSE;
    json_array_foreach(questions, index, entry)
    {
        gsize before = step_in(loader, "questions", (int)index);
        if (!step_out(loader, before, load_question(loader, entry, package)))
            return FALSE;
    }
    return match_fields_to_questions(loader, package, questions != NULL);
}

static gboolean
load_paper(Loader *loader, json_t *root, FormPackage *package)
{
    json_t *paper = json_object_get(root, "paper");

    if (!json_is_object(paper))
        return fail(loader, _("`paper` is missing; give {\"width_mm\": 210, \"height_mm\": 297}"));
    gsize before = step_in(loader, "paper", -1);
    return step_out(loader, before,
                    get_number(loader, paper, "width_mm", 20, MAX_PAPER_MM, &package->width_mm) &&
                        get_number(loader, paper, "height_mm", 20, MAX_PAPER_MM, &package->height_mm));
}

static gboolean
load_head_data(Loader *loader, json_t *root, FormPackage *package)
{
    json_t *print = json_object_get(root, "print");
    int format = 0;

    if (!json_is_object(root) || json_object_get(root, "phieu") == NULL)
        return fail(loader, _("is no form package (`phieu` is missing); make one with `phieu form compile`"));
    if (!get_integer(loader, root, "phieu", 1, 1, &format) ||
        !get_string(loader, root, "code", TRUE, &package->code))
        return FALSE;
    if (!form_code_is_valid(package->code))
        return fail(loader, _("`code` must be 1 to %d of A-Z, 0-9, - and ."), FORM_CODE_MAX);
    if (json_object_get(root, "version") != NULL &&
        !get_integer(loader, root, "version", 1, 999999, &package->version))
        return FALSE;
    return get_text(loader, root, "title", package->title) &&
           get_string(loader, root, "language", FALSE, &package->language) &&
           load_paper(loader, root, package) &&
           (print == NULL || get_string(loader, print, "file", FALSE, &package->print_file));
}

static gboolean
read_package_file(const char *path, char **text, gsize *length, GError **error)
{
    g_autoptr(GError) failure = NULL;
    GStatBuf status;

    if (g_stat(path, &status) == 0 && status.st_size > MAX_BYTES) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, _("%s: larger than %d MB; this is no form package"),
                    path, MAX_BYTES / 1024 / 1024);
        return FALSE;
    }
    if (!g_file_get_contents(path, text, length, &failure)) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT,
                    _("%s: cannot be read (%s); check the path of the form package"), path,
                    g_strerror(errno));
        return FALSE;
    }
    return TRUE;
}

FormPackage *
form_package_load(const char *path, GError **error)
{
    g_autoptr(FormPackage) package = form_package_new("", 1);
    g_autoptr(GString) where = g_string_new(NULL);
    g_autofree char *text = NULL;
    Loader loader = {.file = path, .where = where, .error = error};
    json_error_t json_error;
    gsize length = 0;

    if (!read_package_file(path, &text, &length, error))
        return NULL;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &json_error);
    if (root == NULL) {
        g_set_error(error, FORM_ERROR, FORM_ERROR_INPUT, _("%s: line %d, column %d: is no JSON (%s)"), path,
                    json_error.line, json_error.column, json_error.text);
        return NULL;
    }
    gboolean loaded = load_head_data(&loader, root, package) && load_pages(&loader, root, package) &&
                      load_questions(&loader, root, package);
    json_decref(root);
    if (!loaded)
        return NULL;
    package->dir = g_path_get_dirname(path);
    package->sha256 = g_compute_checksum_for_data(G_CHECKSUM_SHA256, (const guchar *)text, length);
    return g_steal_pointer(&package);
}
