#include <glib/gi18n-lib.h>
#include <string.h>

#include "form-sheet-id.h"
#include "input-private.h"
#include "package-json-private.h"

#define MAX_BYTES    (64 * 1024 * 1024)
#define MAX_PAPER_MM 2000.0 /* a plotter's roll */

/* With half a mm of grace: packages made by rounding pixels. */
static gboolean
check_on_paper(PackageJson *json, const FormRect *rect, const FormPackage *package)
{
    if (rect->x_mm >= -0.5 && rect->y_mm >= -0.5 && rect->x_mm + rect->w_mm <= package->width_mm + 0.5 &&
        rect->y_mm + rect->h_mm <= package->height_mm + 0.5)
        return TRUE;
    return package_json_fail(json,
                             _("reaches beyond the paper (%g × %g mm); lengths are in mm from its top left"),
                             package->width_mm, package->height_mm);
}

static gboolean
load_rect(PackageJson *json, json_t *object, const FormPackage *package, FormRect *rect)
{
    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with x_mm, y_mm, w_mm and h_mm"));
    if (!package_json_number(json, object, "x_mm", 0, package->width_mm, &rect->x_mm) ||
        !package_json_number(json, object, "y_mm", 0, package->height_mm, &rect->y_mm) ||
        !package_json_number(json, object, "w_mm", 0.1, package->width_mm, &rect->w_mm) ||
        !package_json_number(json, object, "h_mm", 0.1, package->height_mm, &rect->h_mm))
        return FALSE;
    return check_on_paper(json, rect, package);
}

/* The only shape of a fiducial so far. */
static gboolean
check_square(PackageJson *json, json_t *object)
{
    const json_t *shape = json_object_get(object, "shape");

    return shape == NULL || g_strcmp0(json_string_value(shape), "square") == 0 ||
           package_json_fail(json, _("`shape` must be square: other fiducials are not known"));
}

static gboolean
load_rects(PackageJson *json, json_t *object, const char *key, const FormPackage *package, GArray *rects)
{
    json_t *array, *entry;
    gsize index;

    if (!package_json_array(json, object, key, 200, &array))
        return FALSE;
    json_array_foreach(array, index, entry)
    {
        FormRect rect;
        gsize before = package_json_enter(json, key, (int)index);
        if (!package_json_leave(json, before,
                                load_rect(json, entry, package, &rect) && check_square(json, entry)))
            return FALSE;
        g_array_append_val(rects, rect);
    }
    return TRUE;
}

static gboolean
load_option(PackageJson *json, json_t *object, const FormPackage *package, FormField *field)
{
    FormRect rect;
    FormShape shape = FORM_SHAPE_ELLIPSE;
    g_autofree char *value = NULL, *shape_name = NULL;

    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with value, x_mm, y_mm, w_mm and h_mm"));
    if (!package_json_string(json, object, "value", TRUE, &value) ||
        !package_json_string(json, object, "shape", FALSE, &shape_name) ||
        !package_json_number(json, object, "x_mm", 0, package->width_mm, &rect.x_mm) ||
        !package_json_number(json, object, "y_mm", 0, package->height_mm, &rect.y_mm) ||
        !package_json_number(json, object, "w_mm", 0.5, 100, &rect.w_mm) ||
        !package_json_number(json, object, "h_mm", 0.5, 100, &rect.h_mm))
        return FALSE;
    if (shape_name != NULL && !form_shape_from_name(shape_name, &shape))
        return package_json_fail(json, _("`shape` must be ellipse, box or cell"));
    if (field->type == FORM_SELECT_MULTIPLE && strchr(value, ' ') != NULL)
        return package_json_fail(
            json, _("`value` of a select_multiple must not hold a space, which separates values"));
    rect.x_mm -= rect.w_mm / 2;
    rect.y_mm -= rect.h_mm / 2;
    if (!check_on_paper(json, &rect, package))
        return FALSE;
    form_field_add_option(field, value, rect, shape);
    return TRUE;
}

/* The value of the option just loaded is a new one. */
static gboolean
check_value_is_new(PackageJson *json, const FormField *field, GHashTable *values)
{
    const char *value = g_array_index(field->options, FormOption, field->options->len - 1).value;

    return g_hash_table_add(values, (gpointer)value) ||
           package_json_fail(json, _("`value` “%s” stands twice in this field; values must differ"), value);
}

static gboolean
load_options(PackageJson *json, json_t *object, const FormPackage *package, FormField *field)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *options, *entry;
    gsize index;

    if (!package_json_array(json, object, "options", FORM_MAX_OPTIONS, &options))
        return FALSE;
    if (form_type_is_select(field->type) && json_array_size(options) == 0)
        return package_json_fail(json, _("a %s needs `options`"), form_type_name(field->type));
    if (!form_type_is_select(field->type) && options != NULL)
        return package_json_fail(json, _("only select_one and select_multiple have `options`"));
    json_array_foreach(options, index, entry)
    {
        gsize before = package_json_enter(json, "options", (int)index);
        if (!package_json_leave(json, before,
                                load_option(json, entry, package, field) &&
                                    check_value_is_new(json, field, values)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_box(PackageJson *json, json_t *object, const FormPackage *package, FormField *field)
{
    json_t *box = json_object_get(object, "box");

    if (box == NULL) {
        if (!form_type_is_select(field->type) && field->type != FORM_NOTE)
            return package_json_fail(json, _("a field of type %s needs a `box`"),
                                     form_type_name(field->type));
        return TRUE;
    }
    gsize before = package_json_enter(json, "box", -1);
    field->has_box = TRUE;
    return package_json_leave(json, before,
                              load_rect(json, box, package, &field->box) &&
                                  (json_object_get(box, "cells") == NULL ||
                                   package_json_integer(json, box, "cells", 0, 200, &field->cells)));
}

static gboolean
load_field(PackageJson *json, json_t *object, const FormPackage *package, FormPage *page)
{
    g_autofree char *name = NULL;
    FormType type;

    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with name and type"));
    if (!package_json_string(json, object, "name", TRUE, &name) || !package_json_type(json, object, &type))
        return FALSE;
    FormField *field = form_page_add_field(page, name, type);
    return load_options(json, object, package, field) && load_box(json, object, package, field) &&
           package_json_boolean(json, object, "personal", &field->personal);
}

/* The name of a file beside the package. */
static gboolean
load_file(PackageJson *json, json_t *object, char **file)
{
    if (!package_json_string(json, object, "file", TRUE, file))
        return FALSE;
    return !g_path_is_absolute(*file) ||
           package_json_fail(json, _("`file` must be relative to the package's own folder"));
}

static gboolean
load_blank(PackageJson *json, json_t *object, FormPage *page)
{
    json_t *blank = json_object_get(object, "blank");

    if (blank == NULL)
        return TRUE;
    gsize before = package_json_enter(json, "blank", -1);
    if (!json_is_object(blank))
        return package_json_fail(json, _("must be an object with file and dpi"));
    return package_json_leave(json, before,
                              load_file(json, blank, &page->blank_file) &&
                                  package_json_number(json, blank, "dpi", 50, 2400, &page->blank_dpi));
}

static gboolean
load_serial_text(PackageJson *json, json_t *object, const FormPackage *package, FormPage *page)
{
    json_t *rect = json_object_get(object, "serial_text");

    if (rect == NULL)
        return TRUE;
    gsize before = package_json_enter(json, "serial_text", -1);
    page->has_serial_text = TRUE;
    return package_json_leave(json, before, load_rect(json, rect, package, &page->serial_text));
}

static gboolean
load_head(PackageJson *json, json_t *object, const FormPackage *package, FormPage *page)
{
    json_t *head = json_object_get(object, "head");

    if (head == NULL)
        return TRUE;
    gsize before = package_json_enter(json, "head", -1);
    page->head = g_new0(FormHead, 1);
    return package_json_leave(json, before,
                              load_rect(json, head, package, &page->head->rect) &&
                                  package_json_lines(json, head, "text", TRUE, &page->head->text));
}

static gboolean
load_page(PackageJson *json, json_t *object, FormPackage *package)
{
    FormPage *page = form_package_add_page(package);
    json_t *fields, *entry;
    gsize index, n_options = 0;
    int number;

    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with page and fields"));
    if (!package_json_integer(json, object, "page", 1, FORM_MAX_PAGES, &number))
        return FALSE;
    if (number != page->page)
        return package_json_fail(json, _("`page` is %d where %d is next; list the pages in order from 1"),
                                 number, page->page);
    if (json_object_get(object, "fields") == NULL)
        return package_json_fail(json, _("`fields` is missing; a page that asks nothing has an empty list"));
    if (!load_blank(json, object, page) || !load_rects(json, object, "fiducials", package, page->fiducials) ||
        !load_rects(json, object, "qr", package, page->qr) ||
        !load_serial_text(json, object, package, page) || !load_head(json, object, package, page) ||
        !package_json_array(json, object, "fields", FORM_MAX_FIELDS, &fields))
        return FALSE;
    json_array_foreach(fields, index, entry)
    {
        gsize before = package_json_enter(json, "fields", (int)index);
        if (!package_json_leave(json, before, load_field(json, entry, package, page)))
            return FALSE;
        n_options += ((FormField *)g_ptr_array_index(page->fields, index))->options->len;
        if (n_options > FORM_MAX_OPTIONS)
            return package_json_fail(json,
                                     _("a page must not have more than %d options; make it several pages"),
                                     FORM_MAX_OPTIONS);
    }
    return TRUE;
}

static gboolean
load_pages(PackageJson *json, json_t *root, FormPackage *package)
{
    json_t *pages, *entry;
    gsize index;

    if (!package_json_array(json, root, "pages", FORM_MAX_PAGES, &pages))
        return FALSE;
    if (json_array_size(pages) == 0)
        return package_json_fail(json, _("`pages` is missing; a form has at least one page"));
    json_array_foreach(pages, index, entry)
    {
        gsize before = package_json_enter(json, "pages", (int)index);
        if (!package_json_leave(json, before, load_page(json, entry, package)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_paper(PackageJson *json, json_t *root, FormPackage *package)
{
    json_t *paper = json_object_get(root, "paper");

    if (!json_is_object(paper))
        return package_json_fail(json, _("`paper` is missing; give {\"width_mm\": 210, \"height_mm\": 297}"));
    gsize before = package_json_enter(json, "paper", -1);
    return package_json_leave(
        json, before,
        package_json_number(json, paper, "width_mm", 20, MAX_PAPER_MM, &package->width_mm) &&
            package_json_number(json, paper, "height_mm", 20, MAX_PAPER_MM, &package->height_mm));
}

static gboolean
load_print(PackageJson *json, json_t *root, FormPackage *package)
{
    json_t *print = json_object_get(root, "print");

    if (print == NULL)
        return TRUE;
    gsize before = package_json_enter(json, "print", -1);
    if (!json_is_object(print))
        return package_json_fail(json, _("must be an object with file"));
    return package_json_leave(json, before, load_file(json, print, &package->print_file));
}

static gboolean
check_format(PackageJson *json, json_t *root)
{
    const json_t *format = json_object_get(root, "phieu");

    if (format == NULL)
        return package_json_fail(
            json, _("is no form package (`phieu` is missing); make one with `phieu form compile`"));
    if (!json_is_integer(format) || json_integer_value(format) != 1)
        return package_json_fail(json,
                                 _("`phieu` must be 1, the only format of packages that this program knows"));
    return TRUE;
}

/* What is said of the form as a whole. */
static gboolean
load_form(PackageJson *json, json_t *root, FormPackage *package)
{
    if (!check_format(json, root) || !package_json_string(json, root, "code", TRUE, &package->code))
        return FALSE;
    if (!form_code_is_valid(package->code))
        return package_json_fail(json, _("`code` must be 1 to %d of A-Z, 0-9, - and ."), FORM_CODE_MAX);
    if (json_object_get(root, "version") != NULL &&
        !package_json_integer(json, root, "version", 1, 999999, &package->version))
        return FALSE;
    return package_json_text(json, root, "title", package->title) &&
           package_json_string(json, root, "language", FALSE, &package->language) &&
           load_paper(json, root, package) && load_print(json, root, package);
}

/* The file's JSON, which may begin with a byte order mark as some editors write it. The caller owns the
 * reference. */
static json_t *
parse(PackageJson *json, GBytes *bytes)
{
    gsize length;
    const char *text = g_bytes_get_data(bytes, &length);
    gsize mark = length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    json_error_t error;
    json_t *root = json_loadb(text + mark, length - mark, JSON_REJECT_DUPLICATES, &error);

    if (root == NULL)
        package_json_fail(json, _("line %d, column %d: is no JSON in UTF-8 (%s)"), error.line, error.column,
                          error.text);
    return root;
}

FormPackage *
form_package_load(const char *path, GError **error)
{
    g_autoptr(FormPackage) package = form_package_new("", 1);
    g_autoptr(GString) where = g_string_new(NULL);
    g_autoptr(GBytes) bytes = input_read(path, MAX_BYTES, error);
    PackageJson json = {.file = path, .where = where, .error = error};
    json_t *root = bytes == NULL ? NULL : parse(&json, bytes);

    if (root == NULL)
        return NULL;
    gboolean loaded = load_form(&json, root, package) && load_pages(&json, root, package) &&
                      package_load_questions(&json, root, package);
    json_decref(root);
    if (!loaded)
        return NULL;
    package->dir = g_path_get_dirname(path);
    package->sha256 = g_compute_checksum_for_bytes(G_CHECKSUM_SHA256, bytes);
    return g_steal_pointer(&package);
}
