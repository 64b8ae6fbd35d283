#include <glib/gi18n-lib.h>
#include <string.h>

#include "package-json-private.h"

static gboolean
load_optional_text(PackageJson *json, json_t *object, const char *key, FormText **text)
{
    if (json_object_get(object, key) == NULL)
        return TRUE;
    *text = form_text_new();
    return package_json_text(json, object, key, *text);
}

static gboolean
load_choice(PackageJson *json, json_t *object, FormQuestion *question, GHashTable *values)
{
    g_autofree char *value = NULL;

    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with value and label"));
    if (!package_json_string(json, object, "value", TRUE, &value))
        return FALSE;
    FormChoice *choice = form_question_add_choice(question, value);
    if (!g_hash_table_add(values, choice->value))
        return package_json_fail(json, _("`value` “%s” stands twice in this question; values must differ"),
                                 value);
    return package_json_text(json, object, "label", choice->label);
}

static gboolean
load_choices(PackageJson *json, json_t *object, FormQuestion *question)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *choices, *entry;
    gsize index;

    if (!package_json_array(json, object, "choices", FORM_MAX_OPTIONS, &choices))
        return FALSE;
    if (choices != NULL && !form_type_is_select(question->type))
        return package_json_fail(json, _("only select_one and select_multiple have `choices`"));
    json_array_foreach(choices, index, entry)
    {
        gsize before = package_json_enter(json, "choices", (int)index);
        if (!package_json_leave(json, before, load_choice(json, entry, question, values)))
            return FALSE;
    }
    return TRUE;
}

static gboolean
load_write_in(PackageJson *json, json_t *object, FormQuestion *question)
{
    json_t *write_in = json_object_get(object, "write_in");

    if (write_in == NULL)
        return TRUE;
    gsize before = package_json_enter(json, "write_in", -1);
    if (!json_is_object(write_in))
        return package_json_fail(json, _("must be an object with of and value"));
    return package_json_leave(
        json, before,
        package_json_string(json, write_in, "of", TRUE, &question->write_in_of) &&
            package_json_string(json, write_in, "value", TRUE, &question->write_in_value));
}

static gboolean
load_marks_rule(PackageJson *json, json_t *object, FormQuestion *question)
{
    g_autofree char *name = NULL;

    if (!package_json_string(json, object, "marks", FALSE, &name))
        return FALSE;
    if (name == NULL || form_marks_rule_from_name(name, &question->marks))
        return TRUE;
    gsize before = package_json_enter(json, "marks", -1);
    return package_json_leave(
        json, before,
        package_json_fail(json, _("“%s” must be one of none, cancel-then-remark, largest"), name));
}

static gboolean
load_question(PackageJson *json, json_t *object, FormPackage *package, GHashTable *questions)
{
    g_autofree char *name = NULL;
    FormType type;

    if (!json_is_object(object))
        return package_json_fail(json, _("must be an object with name and type"));
    if (!package_json_string(json, object, "name", TRUE, &name) || !package_json_type(json, object, &type))
        return FALSE;
    FormQuestion *question = form_question_new(name, type);
    g_ptr_array_add(package->questions, question);
    if (!g_hash_table_insert(questions, question->name, question))
        return package_json_fail(json, _("the name “%s” stands twice; names must differ"), name);
    return package_json_text(json, object, "label", question->label) &&
           load_optional_text(json, object, "hint", &question->hint) &&
           load_optional_text(json, object, "group", &question->group) &&
           load_choices(json, object, question) &&
           package_json_string(json, object, "list", FALSE, &question->list) &&
           load_marks_rule(json, object, question) &&
           package_json_boolean(json, object, "required", &question->required) &&
           package_json_lines(json, object, "relevant", FALSE, &question->relevant) &&
           package_json_lines(json, object, "constraint", FALSE, &question->constraint) &&
           package_json_boolean(json, object, "personal", &question->personal) &&
           load_write_in(json, object, question);
}

static gboolean
has_choice(const FormQuestion *question, const char *value)
{
    for (guint i = 0; i < question->choices->len; i++) {
        if (strcmp(((FormChoice *)g_ptr_array_index(question->choices, i))->value, value) == 0)
            return TRUE;
    }
    return FALSE;
}

/* A select that names no choices takes them from its field; else each option of the field is one of them. */
static gboolean
match_choices(PackageJson *json, const FormField *field, FormQuestion *question)
{
    g_autoptr(GHashTable) values = g_hash_table_new(g_str_hash, g_str_equal);
    gboolean named = question->choices->len > 0;

    for (guint i = 0; i < question->choices->len; i++)
        g_hash_table_add(values, ((FormChoice *)g_ptr_array_index(question->choices, i))->value);
    for (guint i = 0; i < field->options->len; i++) {
        const char *value = g_array_index(field->options, FormOption, i).value;
        if (!named)
            form_question_add_choice(question, value);
        else if (!g_hash_table_contains(values, value))
            return package_json_fail(
                json,
                _("the field “%s” has an option “%s” that is no choice of its question; add it to `choices`"),
                field->name, value);
    }
    return TRUE;
}

/* Brings a field and its question together; a field without a question becomes one, in *added. */
static gboolean
match_field(PackageJson *json, FormPackage *package, FormField *field, GHashTable *questions,
            const FormField **added)
{
    FormQuestion *question = g_hash_table_lookup(questions, field->name);

    if (question == NULL) {
        question = form_question_new(field->name, field->type);
        g_ptr_array_add(package->questions, question);
        *added = field;
    }
    if (question->type != field->type)
        return package_json_fail(json,
                                 _("the field “%s” is a %s, but its question a %s; give both one `type`"),
                                 field->name, form_type_name(field->type), form_type_name(question->type));
    /* said in one place, it holds in both: personal data must not slip out by an omission */
    field->personal = question->personal = field->personal || question->personal;
    return match_choices(json, field, question);
}

/* A field without a question beside a question without a field is one name spelt in two ways. */
static gboolean
check_spelling(PackageJson *json, const FormPackage *package, const FormField *added, GHashTable *seen)
{
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(package->questions, i);
        if (question->type != FORM_NOTE && !g_hash_table_contains(seen, question->name))
            return package_json_fail(
                json,
                _("the field “%s” has no question and the question “%s” no field; give both the same name"),
                added->name, question->name);
    }
    return TRUE;
}

/* Names of fields are unique in the form, and each is a question of the same type. */
static gboolean
match_fields(PackageJson *json, FormPackage *package, GHashTable *questions)
{
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    const FormField *added = NULL;

    for (guint p = 0; p < package->pages->len; p++) {
        const FormPage *page = g_ptr_array_index(package->pages, p);
        gsize before_page = package_json_enter(json, "pages", (int)p);
        for (guint i = 0; i < page->fields->len; i++) {
            FormField *field = g_ptr_array_index(page->fields, i);
            gsize before = package_json_enter(json, "fields", (int)i);
            if (!g_hash_table_add(seen, field->name))
                return package_json_fail(json, _("the field “%s” stands twice; names must differ"),
                                         field->name);
            if (!package_json_leave(json, before, match_field(json, package, field, questions, &added)))
                return FALSE;
        }
        package_json_leave(json, before_page, TRUE);
    }
    return added == NULL || check_spelling(json, package, added, seen);
}

static gboolean
check_write_ins(PackageJson *json, const FormPackage *package, GHashTable *questions)
{
    for (guint i = 0; i < package->questions->len; i++) {
        const FormQuestion *question = g_ptr_array_index(package->questions, i);
        if (question->write_in_of == NULL)
            continue;
        const FormQuestion *of = g_hash_table_lookup(questions, question->write_in_of);
        gsize before = package_json_enter(json, "questions", (int)i);
        if (of == NULL || !has_choice(of, question->write_in_value))
            return package_json_fail(
                json, _("`write_in` must name a question and one of its choices: “%s” has no “%s”"),
                question->write_in_of, question->write_in_value);
        package_json_leave(json, before, TRUE);
    }
    return TRUE;
}

gboolean
package_load_questions(PackageJson *json, json_t *root, FormPackage *package)
{
    g_autoptr(GHashTable) by_name = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *questions, *entry;
    gsize index;

    if (!package_json_array(json, root, "questions", FORM_MAX_PAGES * FORM_MAX_FIELDS, &questions))
        return FALSE;
    json_array_foreach(questions, index, entry)
    {
        gsize before = package_json_enter(json, "questions", (int)index);
        if (!package_json_leave(json, before, load_question(json, entry, package, by_name)))
            return FALSE;
    }
    return match_fields(json, package, by_name) && check_write_ins(json, package, by_name);
}
