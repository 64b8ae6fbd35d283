#include <glib/gi18n-lib.h>
#include <glib/gstdio.h>
#include <jansson.h>
#include <math.h>
#include <string.h>

#include "form-error.h"
#include "form-package.h"

/* 1 µm is finer than any printer. */
static json_t *
mm(double value)
{
    return json_real(round(value * 1000) / 1000);
}

static json_t *
text_to_json(const FormText *text)
{
    json_t *object = json_object();
    guint count = 0;
    const char *const *languages = form_text_languages(text, &count);

    for (guint i = 0; i < count; i++)
        json_object_set_new(object, languages[i], json_string(form_text_lookup(text, languages[i])));
    return object;
}

static json_t *
rect_to_json(const FormRect *rect)
{
    return json_pack("{s:o, s:o, s:o, s:o}", "x_mm", mm(rect->x_mm), "y_mm", mm(rect->y_mm), "w_mm",
                     mm(rect->w_mm), "h_mm", mm(rect->h_mm));
}

static json_t *
rects_to_json(const GArray *rects, const char *shape)
{
    json_t *array = json_array();

    for (guint i = 0; i < rects->len; i++) {
        json_t *rect = rect_to_json(&g_array_index(rects, FormRect, i));
        if (shape != NULL)
            json_object_set_new(rect, "shape", json_string(shape));
        json_array_append_new(array, rect);
    }
    return array;
}

static json_t *
options_to_json(const GArray *options)
{
    json_t *array = json_array();

    for (guint i = 0; i < options->len; i++) {
        const FormOption *option = &g_array_index(options, FormOption, i);
        json_array_append_new(array,
                              json_pack("{s:s, s:o, s:o, s:o, s:o, s:s}", "value", option->value, "x_mm",
                                        mm(option->x_mm), "y_mm", mm(option->y_mm), "w_mm", mm(option->w_mm),
                                        "h_mm", mm(option->h_mm), "shape", form_shape_name(option->shape)));
    }
    return array;
}

static json_t *
field_to_json(const FormField *field)
{
    json_t *object = json_pack("{s:s, s:s}", "name", field->name, "type", form_type_name(field->type));

    if (form_type_is_select(field->type))
        json_object_set_new(object, "options", options_to_json(field->options));
    if (field->has_box) {
        json_t *box = rect_to_json(&field->box);
        if (field->cells > 0)
            json_object_set_new(box, "cells", json_integer(field->cells));
        json_object_set_new(object, "box", box);
    }
    if (field->personal)
        json_object_set_new(object, "personal", json_true());
    return object;
}

static json_t *
page_to_json(const FormPage *page)
{
    json_t *object = json_pack("{s:i}", "page", page->page), *fields = json_array();

    if (page->blank_file != NULL)
        json_object_set_new(object, "blank",
                            json_pack("{s:s, s:f}", "file", page->blank_file, "dpi", page->blank_dpi));
    if (page->fiducials->len > 0)
        json_object_set_new(object, "fiducials", rects_to_json(page->fiducials, "square"));
    if (page->qr->len > 0)
        json_object_set_new(object, "qr", rects_to_json(page->qr, NULL));
    if (page->has_serial_text)
        json_object_set_new(object, "serial_text", rect_to_json(&page->serial_text));
    if (page->head != NULL) {
        json_t *head = rect_to_json(&page->head->rect);
        json_object_set_new(head, "text", json_string(page->head->text));
        json_object_set_new(object, "head", head);
    }
    for (guint i = 0; i < page->fields->len; i++)
        json_array_append_new(fields, field_to_json(g_ptr_array_index(page->fields, i)));
    json_object_set_new(object, "fields", fields);
    return object;
}

static void
set_optional(json_t *object, const char *key, const char *value)
{
    if (value != NULL)
        json_object_set_new(object, key, json_string(value));
}

static json_t *
question_to_json(const FormQuestion *question)
{
    json_t *object = json_pack("{s:s, s:s, s:o}", "name", question->name, "type",
                               form_type_name(question->type), "label", text_to_json(question->label));

    if (!form_text_is_empty(question->hint))
        json_object_set_new(object, "hint", text_to_json(question->hint));
    if (!form_text_is_empty(question->group))
        json_object_set_new(object, "group", text_to_json(question->group));
    if (form_type_is_select(question->type)) {
        json_t *choices = json_array();
        for (guint i = 0; i < question->choices->len; i++) {
            const FormChoice *choice = g_ptr_array_index(question->choices, i);
            json_array_append_new(choices, json_pack("{s:s, s:o}", "value", choice->value, "label",
                                                     text_to_json(choice->label)));
        }
        json_object_set_new(object, "choices", choices);
    }
    set_optional(object, "list", question->list);
    if (question->marks != FORM_MARKS_NONE)
        json_object_set_new(object, "marks", json_string(form_marks_rule_name(question->marks)));
    if (question->required)
        json_object_set_new(object, "required", json_true());
    set_optional(object, "relevant", question->relevant);
    set_optional(object, "constraint", question->constraint);
    if (question->personal)
        json_object_set_new(object, "personal", json_true());
    if (question->write_in_of != NULL)
        json_object_set_new(
            object, "write_in",
            json_pack("{s:s, s:s}", "of", question->write_in_of, "value", question->write_in_value));
    return object;
}

static json_t *
package_to_json(const FormPackage *package)
{
    json_t *pages = json_array(), *questions = json_array();

    for (guint i = 0; i < package->pages->len; i++)
        json_array_append_new(pages, page_to_json(g_ptr_array_index(package->pages, i)));
    for (guint i = 0; i < package->questions->len; i++)
        json_array_append_new(questions, question_to_json(g_ptr_array_index(package->questions, i)));

    json_t *object = json_pack("{s:i, s:s, s:i, s:o, s:{s:o, s:o}}", "phieu", 1, "code", package->code,
                               "version", package->version, "title", text_to_json(package->title), "paper",
                               "width_mm", mm(package->width_mm), "height_mm", mm(package->height_mm));
    if (package->language[0] != '\0')
        json_object_set_new(object, "language", json_string(package->language));
    if (package->print_file != NULL)
        json_object_set_new(object, "print", json_pack("{s:s}", "file", package->print_file));
    json_object_set_new(object, "pages", pages);
    json_object_set_new(object, "questions", questions);
    return object;
}

gboolean
form_package_save(FormPackage *package, const char *path, GError **error)
{
    json_t *json = package_to_json(package);
    /* 12 digits show a µm of metres of paper exactly, and keep 0.1 from printing as 0.10000000000000001 */
    char *text = json_dumps(json, JSON_INDENT(1) | JSON_REAL_PRECISION(12));
    g_autoptr(GError) failure = NULL;

    json_decref(json);
    gboolean written = g_file_set_contents_full(path, text, (gssize)strlen(text),
                                                G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE,
                                                0644, &failure);
    if (written) {
        g_free(package->dir);
        package->dir = g_path_get_dirname(path);
        g_free(package->sha256);
        package->sha256 = g_compute_checksum_for_string(G_CHECKSUM_SHA256, text, -1);
    } else {
        g_set_error(error, FORM_ERROR, FORM_ERROR_MACHINE,
                    _("%s: cannot be written (%s); check the folder and the disk"), path, failure->message);
    }
    free(text);
    return written;
}
