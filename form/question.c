#include "form-question.h"

#include <string.h>

typedef struct {
    char *language;
    char *wording;
} Wording;

struct FormText {
    GArray *wordings;     /* of Wording */
    GPtrArray *languages; /* of const char*, in step with the wordings */
};

static void
wording_clear(gpointer data)
{
    Wording *wording = data;

    g_free(wording->language);
    g_free(wording->wording);
}

FormText *
form_text_new(void)
{
    FormText *text = g_new0(FormText, 1);

    text->wordings = g_array_new(FALSE, FALSE, sizeof(Wording));
    g_array_set_clear_func(text->wordings, wording_clear);
    text->languages = g_ptr_array_new();
    return text;
}

void
form_text_free(FormText *text)
{
    if (text == NULL)
        return;
    g_array_unref(text->wordings);
    g_ptr_array_unref(text->languages);
    g_free(text);
}

static Wording *
find_wording(const FormText *text, const char *language)
{
    for (guint i = 0; i < text->wordings->len; i++) {
        Wording *wording = &g_array_index(text->wordings, Wording, i);
        if (strcmp(wording->language, language) == 0)
            return wording;
    }
    return NULL;
}

void
form_text_set(FormText *text, const char *language, const char *wording)
{
    Wording *known = find_wording(text, language);

    if (known != NULL) {
        g_free(known->wording);
        known->wording = g_strdup(wording);
        return;
    }
    Wording added = {.language = g_strdup(language), .wording = g_strdup(wording)};
    g_array_append_val(text->wordings, added);
    g_ptr_array_add(text->languages, added.language);
}

FormText *
form_text_copy(const FormText *text)
{
    if (text == NULL)
        return NULL;
    FormText *copy = form_text_new();
    for (guint i = 0; i < text->wordings->len; i++) {
        const Wording *wording = &g_array_index(text->wordings, Wording, i);
        form_text_set(copy, wording->language, wording->wording);
    }
    return copy;
}

const char *
form_text_lookup(const FormText *text, const char *language)
{
    const Wording *wording = text == NULL || language == NULL ? NULL : find_wording(text, language);

    return wording == NULL ? NULL : wording->wording;
}

const char *
form_text_get(const FormText *text, const char *language)
{
    const char *wording = form_text_lookup(text, language);

    if (wording == NULL)
        wording = form_text_lookup(text, "");
    if (wording == NULL && !form_text_is_empty(text))
        wording = g_array_index(text->wordings, Wording, 0).wording;
    return wording == NULL ? "" : wording;
}

const char *const *
form_text_languages(const FormText *text, guint *count)
{
    if (count != NULL)
        *count = text->languages->len;
    return (const char *const *)text->languages->pdata;
}

gboolean
form_text_is_empty(const FormText *text)
{
    return text == NULL || text->wordings->len == 0;
}

static const char *const type_names[] = {
    [FORM_SELECT_ONE] = "select_one",
    [FORM_SELECT_MULTIPLE] = "select_multiple",
    [FORM_INTEGER] = "integer",
    [FORM_DECIMAL] = "decimal",
    [FORM_DATE] = "date",
    [FORM_TEXT] = "text",
    [FORM_NOTE] = "note",
};

const char *
form_type_name(FormType type)
{
    return type_names[type];
}

gboolean
form_type_from_name(const char *name, FormType *type)
{
    for (guint i = 0; i < G_N_ELEMENTS(type_names); i++) {
        if (g_strcmp0(type_names[i], name) == 0) {
            *type = (FormType)i;
            return TRUE;
        }
    }
    return FALSE;
}

static const char *const rule_names[] = {
    [FORM_MARKS_NONE] = "none",
    [FORM_MARKS_CANCEL] = "cancel-then-remark",
    [FORM_MARKS_LARGEST] = "largest",
};

const char *
form_marks_rule_name(FormMarksRule rule)
{
    return rule_names[rule];
}

gboolean
form_marks_rule_from_name(const char *name, FormMarksRule *rule)
{
    for (guint i = 0; i < G_N_ELEMENTS(rule_names); i++) {
        if (g_strcmp0(rule_names[i], name) == 0) {
            *rule = (FormMarksRule)i;
            return TRUE;
        }
    }
    return FALSE;
}

gboolean
form_type_is_select(FormType type)
{
    return type == FORM_SELECT_ONE || type == FORM_SELECT_MULTIPLE;
}

static void
choice_free(gpointer data)
{
    FormChoice *choice = data;

    g_free(choice->value);
    form_text_free(choice->label);
    g_free(choice);
}

FormQuestion *
form_question_new(const char *name, FormType type)
{
    FormQuestion *question = g_new0(FormQuestion, 1);

    question->name = g_strdup(name);
    question->type = type;
    question->label = form_text_new();
    question->choices = g_ptr_array_new_with_free_func(choice_free);
    return question;
}

void
form_question_free(FormQuestion *question)
{
    if (question == NULL)
        return;
    g_free(question->name);
    form_text_free(question->label);
    form_text_free(question->hint);
    g_ptr_array_unref(question->choices);
    g_free(question->list);
    g_free(question->relevant);
    g_free(question->constraint);
    form_text_free(question->group);
    g_free(question->write_in_of);
    g_free(question->write_in_value);
    g_free(question);
}

FormChoice *
form_question_add_choice(FormQuestion *question, const char *value)
{
    FormChoice *choice = g_new0(FormChoice, 1);

    choice->value = g_strdup(value);
    choice->label = form_text_new();
    g_ptr_array_add(question->choices, choice);
    return choice;
}
