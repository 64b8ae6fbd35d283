#include "expression-private.h"

#include <string.h>

const ExpressionOperator expression_operators[] = {
    {"or", 1, FORM_EXPRESSION_OR},      {"and", 2, FORM_EXPRESSION_AND},
    {"=", 3, FORM_EXPRESSION_EQUAL},    {"!=", 3, FORM_EXPRESSION_NOT_EQUAL},
    {"<", 4, FORM_EXPRESSION_LESS},     {"<=", 4, FORM_EXPRESSION_LESS_EQUAL},
    {">", 4, FORM_EXPRESSION_GREATER},  {">=", 4, FORM_EXPRESSION_GREATER_EQUAL},
    {"+", 5, FORM_EXPRESSION_ADD},      {"-", 5, FORM_EXPRESSION_SUBTRACT},
    {"*", 6, FORM_EXPRESSION_MULTIPLY}, {"div", 6, FORM_EXPRESSION_DIVIDE},
    {"mod", 6, FORM_EXPRESSION_MODULO}, {NULL, 0, FORM_EXPRESSION_NUMBER},
};

void
form_expression_free(FormExpression *expression)
{
    if (expression == NULL)
        return;
    form_expression_free(expression->left);
    form_expression_free(expression->right);
    g_free(expression->text);
    g_free(expression);
}

void
form_expression_each_field(const FormExpression *expression, void (*visit)(const char *name, gpointer data),
                           gpointer data)
{
    if (expression == NULL)
        return;
    if (expression->kind == FORM_EXPRESSION_FIELD)
        visit(expression->text, data);
    form_expression_each_field(expression->left, visit, data);
    form_expression_each_field(expression->right, visit, data);
}

/* ---- printing ---- */

/* XPath knows no exponents, so a number is written with as many decimals as tell it from its neighbours. */
static void
print_number(double number, GString *out)
{
    char digits[400];
    for (int decimals = 0; decimals <= 340; decimals++) {
        char format[16];
        g_snprintf(format, sizeof format, "%%.%df", decimals);
        g_ascii_formatd(digits, sizeof digits, format, number);
        if (g_ascii_strtod(digits, NULL) == number)
            break;
    }
    g_string_append(out, digits);
}

static const char *
operator_word(FormExpressionKind kind)
{
    for (const ExpressionOperator *known = expression_operators; known->word != NULL; known++)
        if (known->kind == kind)
            return known->word;
    return "?";
}

static void
print(const FormExpression *expression, GString *out)
{
    switch (expression->kind) {
    case FORM_EXPRESSION_NUMBER:
        print_number(expression->number, out);
        break;
    case FORM_EXPRESSION_STRING: {
        char quote = strchr(expression->text, '\'') != NULL ? '"' : '\'';
        g_string_append_printf(out, "%c%s%c", quote, expression->text, quote);
        break;
    }
    case FORM_EXPRESSION_BOOLEAN:
        g_string_append(out, expression->number != 0 ? "true()" : "false()");
        break;
    case FORM_EXPRESSION_FIELD:
        g_string_append_printf(out, "${%s}", expression->text);
        break;
    case FORM_EXPRESSION_SELF:
        g_string_append_c(out, '.');
        break;
    case FORM_EXPRESSION_SELECTED:
        g_string_append(out, "selected(");
        print(expression->left, out);
        g_string_append(out, ", ");
        print(expression->right, out);
        g_string_append_c(out, ')');
        break;
    case FORM_EXPRESSION_NOT:
    case FORM_EXPRESSION_COUNT_SELECTED:
        g_string_append(out, expression->kind == FORM_EXPRESSION_NOT ? "not(" : "count-selected(");
        print(expression->left, out);
        g_string_append_c(out, ')');
        break;
    case FORM_EXPRESSION_NEGATE:
        g_string_append_c(out, '-');
        print(expression->left, out);
        break;
    default:
        g_string_append_c(out, '(');
        print(expression->left, out);
        g_string_append_printf(out, " %s ", operator_word(expression->kind));
        print(expression->right, out);
        g_string_append_c(out, ')');
    }
}

char *
form_expression_to_string(const FormExpression *expression)
{
    GString *out = g_string_new(NULL);
    print(expression, out);
    return g_string_free(out, FALSE);
}
