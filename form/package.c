#include "form-package.h"

#include <string.h>

static void
option_clear(gpointer data)
{
    FormOption *option = data;

    g_free(option->value);
}

static void
field_free(gpointer data)
{
    FormField *field = data;

    g_free(field->name);
    g_array_unref(field->options);
    g_free(field);
}

static void
page_free(gpointer data)
{
    FormPage *page = data;

    g_free(page->blank_file);
    g_array_unref(page->fiducials);
    g_array_unref(page->qr);
    if (page->head != NULL)
        g_free(page->head->text);
    g_free(page->head);
    g_ptr_array_unref(page->fields);
    g_free(page);
}

FormPackage *
form_package_new(const char *code, int version)
{
    FormPackage *package = g_new0(FormPackage, 1);

    package->code = g_strdup(code);
    package->version = version;
    package->title = form_text_new();
    package->language = g_strdup("");
    package->pages = g_ptr_array_new_with_free_func(page_free);
    package->questions = g_ptr_array_new_with_free_func((GDestroyNotify)form_question_free);
    return package;
}

void
form_package_free(FormPackage *package)
{
    if (package == NULL)
        return;
    g_free(package->code);
    form_text_free(package->title);
    g_free(package->language);
    g_free(package->print_file);
    g_ptr_array_unref(package->pages);
    g_ptr_array_unref(package->questions);
    g_free(package->dir);
    g_free(package->sha256);
    g_free(package);
}

FormPage *
form_package_add_page(FormPackage *package)
{
    FormPage *page = g_new0(FormPage, 1);

    page->page = (int)package->pages->len + 1;
    page->fiducials = g_array_new(FALSE, FALSE, sizeof(FormRect));
    page->qr = g_array_new(FALSE, FALSE, sizeof(FormRect));
    page->fields = g_ptr_array_new_with_free_func(field_free);
    g_ptr_array_add(package->pages, page);
    return page;
}

FormField *
form_page_add_field(FormPage *page, const char *name, FormType type)
{
    FormField *field = g_new0(FormField, 1);

    field->name = g_strdup(name);
    field->type = type;
    field->options = g_array_new(FALSE, FALSE, sizeof(FormOption));
    g_array_set_clear_func(field->options, option_clear);
    g_ptr_array_add(page->fields, field);
    return field;
}

void
form_field_add_option(FormField *field, const char *value, FormRect around, FormShape shape)
{
    FormOption option = {
        .value = g_strdup(value),
        .x_mm = around.x_mm + around.w_mm / 2,
        .y_mm = around.y_mm + around.h_mm / 2,
        .w_mm = around.w_mm,
        .h_mm = around.h_mm,
        .shape = shape,
    };

    g_array_append_val(field->options, option);
}

FormPage *
form_package_page(const FormPackage *package, int number)
{
    if (number < 1 || (guint)number > package->pages->len)
        return NULL;
    return g_ptr_array_index(package->pages, number - 1);
}

FormQuestion *
form_package_question(const FormPackage *package, const char *name)
{
    for (guint i = 0; i < package->questions->len; i++) {
        FormQuestion *question = g_ptr_array_index(package->questions, i);
        if (strcmp(question->name, name) == 0)
            return question;
    }
    return NULL;
}

char *
form_package_path(const FormPackage *package, const char *file)
{
    return g_build_filename(package->dir == NULL ? "." : package->dir, file, NULL);
}

static const char *const shape_names[] = {"ellipse", "box", "cell"};

const char *
form_shape_name(FormShape shape)
{
    return shape_names[shape];
}

gboolean
form_shape_from_name(const char *name, FormShape *shape)
{
    for (guint i = 0; i < G_N_ELEMENTS(shape_names); i++) {
        if (g_strcmp0(shape_names[i], name) == 0) {
            *shape = (FormShape)i;
            return TRUE;
        }
    }
    return FALSE;
}
