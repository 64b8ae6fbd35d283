/* What is asked: questions, their choices and their wording in several languages.
 *
 * The vocabulary shared by the definition (what an author wrote) and the package (what was printed). */
#pragma once

#include <glib.h>

/* A text in one or several languages: language code ("vi", "en"; "" where the author named none) -> UTF-8
 * text. */
typedef struct FormText FormText;

FormText *form_text_new(void);
void form_text_free(FormText *text);

/* NULL for NULL. The caller frees it. */
FormText *form_text_copy(const FormText *text);

/* Sets the wording in one language; replaces an earlier one. Both strings are copied. */
void form_text_set(FormText *text, const char *language, const char *wording);

/* The wording in `language`, else the unnamed one, else the first set; "" for NULL or an empty text. Owned by
 * the text. */
const char *form_text_get(const FormText *text, const char *language);

/* The wording in exactly `language`, or NULL. */
const char *form_text_lookup(const FormText *text, const char *language);

/* The languages set, in the order they were set; `count` may be NULL. Owned by the text, not NULL-terminated.
 */
const char *const *form_text_languages(const FormText *text, guint *count);

gboolean form_text_is_empty(const FormText *text);

typedef enum {
    FORM_SELECT_ONE,
    FORM_SELECT_MULTIPLE,
    FORM_INTEGER,
    FORM_DECIMAL,
    FORM_DATE,
    FORM_TEXT,
    FORM_NOTE, /* printed, never answered */
} FormType;

/* "select_one", "integer" …, as in XLSForm and in packages. */
const char *form_type_name(FormType type);
gboolean form_type_from_name(const char *name, FormType *type);

/* A type that is answered by marks (the two selects), not by writing. */
gboolean form_type_is_select(FormType type);

/* What several marks in one question mean, as its respondents were told; print::marks in a definition.
 *
 * Under every rule a mark that may or may not be one is a doubt for a person. */
typedef enum {
    FORM_MARKS_NONE,    /* nobody told them: corrections and double marks go to a person */
    FORM_MARKS_CANCEL,  /* cancel-then-remark: a mark crossed out or erased does not count */
    FORM_MARKS_LARGEST, /* that, and in a select_one the largest of several marks counts, if it is so clearly
                         */
} FormMarksRule;

/* "none", "cancel-then-remark", "largest". */
const char *form_marks_rule_name(FormMarksRule rule);
gboolean form_marks_rule_from_name(const char *name, FormMarksRule *rule);

typedef struct {
    char *value; /* the code stored and exported */
    FormText *label;
} FormChoice;

/* One question in form order. `name` is unique in its form. */
typedef struct {
    char *name;
    FormType type;
    FormText *label;
    FormText *hint;     /* NULL when there is none */
    GPtrArray *choices; /* of FormChoice*, owned; empty unless a select */
    char *list; /* the choice list's name for a select, else NULL: rows that share a list may form a grid */
    FormMarksRule marks; /* of a select */
    gboolean required;
    char *relevant;       /* XPath subset of form-expression.h, or NULL */
    char *constraint;     /* likewise */
    FormText *group;      /* the title of the group it stands in, or NULL */
    gboolean personal;    /* personal data: sealed in the store, not exported */
    char *write_in_of;    /* text only: the select whose option it details ("ethnicity"), or NULL */
    char *write_in_value; /* and that option's value ("2"), or NULL */
} FormQuestion;

FormQuestion *form_question_new(const char *name, FormType type);
void form_question_free(FormQuestion *question);
FormChoice *form_question_add_choice(FormQuestion *question, const char *value);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormText, form_text_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormQuestion, form_question_free)
