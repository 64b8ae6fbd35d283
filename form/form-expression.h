/* `relevant` and `constraint` of a form: an XPath subset parsed into a small tree.
 *
 * Grammar (XLSForm's, the part that a paper form can use; https://xlsform.org/en/ref-table/#operators):
 *   or, and, not(), = != < <= > >=, + - * div mod, unary -, parentheses, numbers, 'strings', ${name}, `.`,
 *   selected(${name}, 'value'), count-selected(${name}), true(), false().
 * Depth is bounded (FORM_EXPRESSION_MAX_DEPTH), so a tree can be walked recursively. */
#pragma once

#include <glib.h>

#define FORM_EXPRESSION_MAX_DEPTH 64

typedef enum {
    FORM_EXPRESSION_NUMBER,  /* .number */
    FORM_EXPRESSION_STRING,  /* .text */
    FORM_EXPRESSION_BOOLEAN, /* .number is 0 or 1 */
    FORM_EXPRESSION_FIELD,   /* .text is the question's name */
    FORM_EXPRESSION_SELF,    /* `.`: the answer of the question that owns the constraint */
    FORM_EXPRESSION_OR,      /* two operands from here … */
    FORM_EXPRESSION_AND,
    FORM_EXPRESSION_EQUAL,
    FORM_EXPRESSION_NOT_EQUAL,
    FORM_EXPRESSION_LESS,
    FORM_EXPRESSION_LESS_EQUAL,
    FORM_EXPRESSION_GREATER,
    FORM_EXPRESSION_GREATER_EQUAL,
    FORM_EXPRESSION_ADD,
    FORM_EXPRESSION_SUBTRACT,
    FORM_EXPRESSION_MULTIPLY,
    FORM_EXPRESSION_DIVIDE,
    FORM_EXPRESSION_MODULO,
    FORM_EXPRESSION_SELECTED, /* … to here: selected(left, right) */
    FORM_EXPRESSION_NOT,      /* one operand, left, from here */
    FORM_EXPRESSION_NEGATE,
    FORM_EXPRESSION_COUNT_SELECTED,
} FormExpressionKind;

typedef struct FormExpression FormExpression;
struct FormExpression {
    FormExpressionKind kind;
    double number;
    char *text;
    FormExpression *left, *right;
};

/* Parses `source`. On FORM_ERROR_INPUT the message names the place (character position from 1) and what was
 * expected. The caller frees the tree. */
FormExpression *form_expression_parse(const char *source, GError **error);
void form_expression_free(FormExpression *expression);

/* Calls `visit` for every FORM_EXPRESSION_FIELD in the tree, left to right. */
void form_expression_each_field(const FormExpression *expression,
                                void (*visit)(const char *name, gpointer data), gpointer data);

/* The tree written back, fully parenthesised: for messages and tests. The caller frees it. */
char *form_expression_to_string(const FormExpression *expression);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(FormExpression, form_expression_free)
