#include "form-expression.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

#include <glib/gi18n-lib.h>

#include "expression-private.h"
#include "form-error.h"

/* A tree node with its own height, so that the bound is kept while the tree grows and not found out
 * afterwards. */
typedef struct {
    FormExpression expression;
    int height;
} Node;

typedef enum {
    TOKEN_END,
    TOKEN_NUMBER,
    TOKEN_STRING,
    TOKEN_FIELD,
    TOKEN_SELF,
    TOKEN_NAME,   /* a function or a word operator: which of them, the parser knows from the place */
    TOKEN_SYMBOL, /* one of ( ) , = != < <= > >= + - * */
} TokenKind;

typedef struct {
    const char *at;  /* next character to read */
    glong position;  /* of `at`, in characters from 1 */
    TokenKind token; /* the current token … */
    glong token_position;
    char *text; /* … its text: owned, NULL at the end */
    double number;
    int nesting; /* parentheses, calls and signs that are open */
    GError *error;
} Parser;

static Node *parse_binary(Parser *parser, int precedence);

/* ---- tree ---- */

static void
node_free(Node *node)
{
    form_expression_free((FormExpression *)node);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC(Node, node_free)

static void G_GNUC_PRINTF(3, 4) fail(Parser *parser, glong position, const char *format, ...)
{
    if (parser->error != NULL)
        return;
    va_list arguments;
    va_start(arguments, format);
    g_autofree char *what = g_strdup_vprintf(format, arguments);
    va_end(arguments);
    parser->error = g_error_new(FORM_ERROR, FORM_ERROR_INPUT, _("character %ld: %s"), position, what);
}

static Node *
leaf(FormExpressionKind kind, const char *text, double number)
{
    Node *node = g_new0(Node, 1);
    node->expression.kind = kind;
    node->expression.text = g_strdup(text);
    node->expression.number = number;
    node->height = 1;
    return node;
}

/* Takes both operands; NULL when one is missing or the tree would grow too deep. */
static Node *
branch(Parser *parser, FormExpressionKind kind, Node *left_operand, Node *right_operand)
{
    g_autoptr(Node) left = left_operand;
    g_autoptr(Node) right = right_operand;
    if (parser->error != NULL)
        return NULL;
    int height = 1 + MAX(left->height, right != NULL ? right->height : 0);
    if (height > FORM_EXPRESSION_MAX_DEPTH) {
        fail(parser, parser->token_position, _("more than %d steps inside each other; make it simpler"),
             FORM_EXPRESSION_MAX_DEPTH);
        return NULL;
    }
    Node *node = leaf(kind, NULL, 0);
    node->expression.left = (FormExpression *)g_steal_pointer(&left);
    node->expression.right = (FormExpression *)g_steal_pointer(&right);
    node->height = height;
    return node;
}

/* ---- tokens ---- */

static gunichar
peek(const Parser *parser)
{
    return g_utf8_get_char(parser->at);
}

static void
step(Parser *parser)
{
    parser->at = g_utf8_next_char(parser->at);
    parser->position++;
}

static gboolean
is_name_start(gunichar c)
{
    return g_unichar_isalpha(c) || c == '_';
}

static gboolean
is_name_part(gunichar c)
{
    return g_unichar_isalnum(c) || c == '_' || c == '-' || c == '.' || c == ':';
}

static void
skip_blanks(Parser *parser)
{
    while (g_unichar_isspace(peek(parser)))
        step(parser);
}

static char *
take_name(Parser *parser)
{
    const char *start = parser->at;
    if (is_name_start(peek(parser)))
        while (is_name_part(peek(parser)))
            step(parser);
    return g_strndup(start, (gsize)(parser->at - start));
}

static void
read_number(Parser *parser)
{
    const char *start = parser->at;
    while (g_ascii_isdigit(*parser->at))
        step(parser);
    if (*parser->at == '.') {
        step(parser);
        while (g_ascii_isdigit(*parser->at))
            step(parser);
    }
    parser->token = TOKEN_NUMBER;
    parser->text = g_strndup(start, (gsize)(parser->at - start));
    parser->number = g_ascii_strtod(parser->text, NULL);
    if (!isfinite(parser->number))
        fail(parser, parser->token_position, _("a number too large"));
    else if (is_name_start(peek(parser)))
        fail(parser, parser->position,
             _("a letter directly after a number; put a blank or an operator between them"));
}

/* Word processors bend quotes: ‘ ’ “ ”. A bent quote opens a string that its straight or bent kin closes; a
 * straight one is closed only by itself, so that 'don’t' stays one string. */
static gboolean
is_quote(gunichar c)
{
    return c == '\'' || c == '"' || (c >= 0x2018 && c <= 0x201F);
}

static gboolean
closes(gunichar opening, gunichar c)
{
    if (c == opening)
        return TRUE;
    if (opening >= 0x2018 && opening <= 0x201B)
        return c == '\'' || (c >= 0x2018 && c <= 0x201B);
    if (opening >= 0x201C && opening <= 0x201F)
        return c == '"' || (c >= 0x201C && c <= 0x201F);
    return FALSE;
}

static void
read_string(Parser *parser)
{
    gunichar opening = peek(parser);
    step(parser);
    const char *start = parser->at;
    while (*parser->at != '\0' && !closes(opening, peek(parser)))
        step(parser);
    parser->token = TOKEN_STRING;
    parser->text = g_strndup(start, (gsize)(parser->at - start));
    if (*parser->at == '\0')
        fail(parser, parser->token_position, _("the quote that opens here is never closed"));
    else
        step(parser);
}

static void
read_field(Parser *parser)
{
    step(parser);
    step(parser);
    skip_blanks(parser);
    parser->token = TOKEN_FIELD;
    parser->text = take_name(parser);
    skip_blanks(parser);
    if (*parser->text == '\0')
        fail(parser, parser->position, _("a question's name expected after “${”"));
    else if (*parser->at != '}')
        fail(parser, parser->position, _("“}” expected after “${%s”"), parser->text);
    else
        step(parser);
}

static void
read_symbol(Parser *parser)
{
    gunichar c = peek(parser);
    const char *start = parser->at;
    if (c >= 0x80 || strchr("()=!<>+-*,", (int)c) == NULL) {
        char shown[7] = {0};
        g_unichar_to_utf8(c, shown);
        fail(parser, parser->position, _("“%s” is not understood here; other questions are written ${name}"),
             shown);
        return;
    }
    step(parser);
    if ((c == '!' || c == '<' || c == '>') && *parser->at == '=')
        step(parser);
    parser->token = TOKEN_SYMBOL;
    parser->text = g_strndup(start, (gsize)(parser->at - start));
    if (g_str_equal(parser->text, "!"))
        fail(parser, parser->token_position, _("“!=” expected; “not” is written not(…)"));
}

/* Reads the next token into the parser. */
static void
advance(Parser *parser)
{
    g_clear_pointer(&parser->text, g_free);
    skip_blanks(parser);
    parser->token_position = parser->position;
    gunichar c = peek(parser);
    if (c == '\0') {
        parser->token = TOKEN_END;
    } else if (g_ascii_isdigit(*parser->at) || (c == '.' && g_ascii_isdigit(parser->at[1]))) {
        read_number(parser);
    } else if (is_quote(c)) {
        read_string(parser);
    } else if (c == '$' && parser->at[1] == '{') {
        read_field(parser);
    } else if (c == '.' && parser->at[1] != '.') {
        parser->token = TOKEN_SELF;
        parser->text = g_strdup(".");
        step(parser);
    } else if (is_name_start(c)) {
        parser->token = TOKEN_NAME;
        parser->text = take_name(parser);
    } else {
        read_symbol(parser);
    }
}

static gboolean
at_symbol(const Parser *parser, const char *symbol)
{
    return parser->token == TOKEN_SYMBOL && g_str_equal(parser->text, symbol);
}

static void
expect(Parser *parser, const char *symbol)
{
    if (parser->error != NULL)
        return;
    if (at_symbol(parser, symbol))
        advance(parser);
    else if (parser->token == TOKEN_END)
        fail(parser, parser->token_position, _("“%s” expected, but the expression ends"), symbol);
    else
        fail(parser, parser->token_position, _("“%s” expected, found “%s”"), symbol, parser->text);
}

/* ---- grammar ---- */

static gboolean
enter(Parser *parser)
{
    if (++parser->nesting > FORM_EXPRESSION_MAX_DEPTH)
        fail(parser, parser->token_position, _("more than %d steps inside each other; make it simpler"),
             FORM_EXPRESSION_MAX_DEPTH);
    return parser->error == NULL;
}

static Node *
parse_parenthesised(Parser *parser)
{
    expect(parser, "(");
    g_autoptr(Node) inner = enter(parser) ? parse_binary(parser, 1) : NULL;
    parser->nesting--;
    expect(parser, ")");
    return parser->error == NULL ? g_steal_pointer(&inner) : NULL;
}

static Node *
parse_constant(Parser *parser, gboolean value)
{
    expect(parser, "(");
    expect(parser, ")");
    return parser->error == NULL ? leaf(FORM_EXPRESSION_BOOLEAN, NULL, value) : NULL;
}

/* The question that selected() and count-selected() look at. */
static Node *
parse_question(Parser *parser, const char *function)
{
    if (parser->error != NULL)
        return NULL;
    if (parser->token != TOKEN_FIELD && parser->token != TOKEN_SELF) {
        fail(parser, parser->token_position,
             _("%s() asks for a question here: ${name}, or “.” in a constraint"), function);
        return NULL;
    }
    Node *node = parser->token == TOKEN_SELF ? leaf(FORM_EXPRESSION_SELF, NULL, 0)
                                             : leaf(FORM_EXPRESSION_FIELD, parser->text, 0);
    advance(parser);
    return node;
}

static Node *
parse_selected(Parser *parser)
{
    expect(parser, "(");
    g_autoptr(Node) question = parse_question(parser, "selected");
    expect(parser, ",");
    g_autoptr(Node) value = enter(parser) ? parse_binary(parser, 1) : NULL;
    parser->nesting--;
    expect(parser, ")");
    return branch(parser, FORM_EXPRESSION_SELECTED, g_steal_pointer(&question), g_steal_pointer(&value));
}

static Node *
parse_count_selected(Parser *parser)
{
    expect(parser, "(");
    g_autoptr(Node) question = parse_question(parser, "count-selected");
    expect(parser, ")");
    return branch(parser, FORM_EXPRESSION_COUNT_SELECTED, g_steal_pointer(&question), NULL);
}

static Node *
parse_call(Parser *parser)
{
    g_autofree char *name = g_strdup(parser->text);
    glong position = parser->token_position;
    advance(parser);
    if (parser->error == NULL && !at_symbol(parser, "(")) {
        fail(parser, position,
             _("the word “%s” is not understood here; a question is written ${%s}, a text '%s'"), name, name,
             name);
        return NULL;
    }
    if (g_str_equal(name, "true"))
        return parse_constant(parser, TRUE);
    if (g_str_equal(name, "false"))
        return parse_constant(parser, FALSE);
    if (g_str_equal(name, "not"))
        return branch(parser, FORM_EXPRESSION_NOT, parse_parenthesised(parser), NULL);
    if (g_str_equal(name, "selected"))
        return parse_selected(parser);
    if (g_str_equal(name, "count-selected"))
        return parse_count_selected(parser);
    fail(parser, position,
         _("%s() cannot be used on paper; there are selected(), count-selected(), not(), true() and false()"),
         name);
    return NULL;
}

static Node *
parse_operand(Parser *parser)
{
    if (parser->error != NULL)
        return NULL;
    Node *node = NULL;
    switch (parser->token) {
    case TOKEN_NUMBER:
        node = leaf(FORM_EXPRESSION_NUMBER, NULL, parser->number);
        break;
    case TOKEN_STRING:
        node = leaf(FORM_EXPRESSION_STRING, parser->text, 0);
        break;
    case TOKEN_FIELD:
        node = leaf(FORM_EXPRESSION_FIELD, parser->text, 0);
        break;
    case TOKEN_SELF:
        node = leaf(FORM_EXPRESSION_SELF, NULL, 0);
        break;
    case TOKEN_NAME:
        return parse_call(parser);
    case TOKEN_SYMBOL:
        if (at_symbol(parser, "("))
            return parse_parenthesised(parser);
        fail(parser, parser->token_position, _("a value expected (${name}, a number, a 'text'), found “%s”"),
             parser->text);
        return NULL;
    case TOKEN_END:
        fail(parser, parser->token_position,
             _("a value expected (${name}, a number, a 'text'), but the expression ends"));
        return NULL;
    }
    advance(parser);
    return node;
}

static Node *
parse_unary(Parser *parser)
{
    if (parser->error != NULL || !at_symbol(parser, "-"))
        return parse_operand(parser);
    advance(parser);
    Node *operand = enter(parser) ? parse_unary(parser) : NULL;
    parser->nesting--;
    return branch(parser, FORM_EXPRESSION_NEGATE, operand, NULL);
}

static const ExpressionOperator *
current_operator(const Parser *parser)
{
    if (parser->token != TOKEN_NAME && parser->token != TOKEN_SYMBOL)
        return NULL;
    for (const ExpressionOperator *known = expression_operators; known->word != NULL; known++)
        if (g_str_equal(parser->text, known->word))
            return known;
    return NULL;
}

/* Precedence climbing: a chain of operators that bind at least as tight as `precedence`. */
static Node *
parse_binary(Parser *parser, int precedence)
{
    g_autoptr(Node) left = parse_unary(parser);
    while (parser->error == NULL) {
        const ExpressionOperator *found = current_operator(parser);
        if (found == NULL || found->precedence < precedence)
            break;
        advance(parser);
        Node *right = parse_binary(parser, found->precedence + 1);
        left = branch(parser, found->kind, g_steal_pointer(&left), right);
    }
    return g_steal_pointer(&left);
}

FormExpression *
form_expression_parse(const char *source, GError **error)
{
    if (!g_utf8_validate(source, -1, NULL)) {
        g_set_error_literal(error, FORM_ERROR, FORM_ERROR_INPUT,
                            _("the text is not UTF-8; save the file as UTF-8"));
        return NULL;
    }
    Parser parser = {.at = source, .position = 1};
    advance(&parser);
    g_autoptr(Node) tree = parse_binary(&parser, 1);
    if (parser.error == NULL && parser.token != TOKEN_END)
        fail(&parser, parser.token_position,
             _("an operator (=, <, and, or …) or the end expected, found “%s”"), parser.text);
    g_free(parser.text);
    if (parser.error != NULL) {
        g_propagate_error(error, parser.error);
        return NULL;
    }
    return (FormExpression *)g_steal_pointer(&tree);
}
